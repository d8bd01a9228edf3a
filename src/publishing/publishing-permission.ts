/**
 * Whether an item may be published, according to the control documents of the home (docs/people.md): exactly if a
 * visitor without an account would see it. Owners allow a person to publish and stop it; the items that depend on that
 * are listed in a table beside the projection, so that a change of a control document reaches them. The table commits
 * with the projection, and a crash leaves both behind the home's feed.
 */
import { readItem, type ItemAccess } from '../access/item-access.js';
import type { Sqlite } from '../base/sqlite.js';
import { noGrants } from '../document/grants.js';
import { house, peopleId, type Holder, type Item } from '../document/item-id.js';
import { own } from '../document/json-values.js';
import type { Body, Stamp } from '../document/photo-document.js';
import { isStamp } from '../document/stamp.js';
import type { Library } from '../library/library.js';
import { later, never } from './prevent-republishing.js';
import type { Permission } from './projection.js';

/** The permission to publish one item. */
export interface ItemPermission extends Permission {
  /** Whether its holder ever had it, here or on another server. */
  wasGiven: boolean;
}

/** The permissions to publish. */
export interface Permissions {
  /** The permission for an item with this document, in the transaction that projects it. */
  of(id: string, item: Item, body: Body): ItemPermission;
  /** Whether a document (its id) affects the publication of items. */
  decides(id: string): boolean;
  /** The ids of the documents of items whose publication depends on control documents. */
  conditional(): string[];
}

/** Opens the permissions of a home, in the database of a projection. */
export function openPermissions({
  library,
  db,
  access,
}: {
  library: Library;
  db: Sqlite;
  access: () => ItemAccess;
}): Permissions {
  db.exec('CREATE TABLE IF NOT EXISTS conditional (doc TEXT PRIMARY KEY) WITHOUT ROWID');
  const add = db.prepare('INSERT OR IGNORE INTO conditional (doc) VALUES (?)');
  const remove = db.prepare('DELETE FROM conditional WHERE doc = ?');
  const all = db.prepare<{ doc: string }>('SELECT doc FROM conditional ORDER BY doc');

  return {
    of(id, item, body) {
      const claims = readItem(item, body, library.controls.endsOf(id));
      const isConditional =
        claims?.audience === 'public' && (item.holder !== house || Object.keys(claims.saw).length > 0);
      (isConditional ? add : remove).run(id);
      const stamps = decisionsOn(library, item.holder);
      return {
        isGiven: claims !== undefined && access().maySee({ kind: 'visitor' }, claims),
        at: stamps.reduce(later, never),
        wasGiven: item.holder === house || stamps.length > 0,
      };
    },
    decides: (id) => /^(?:library:people$|sharing:|person:)/.test(id),
    conditional: () => all.all().map(({ doc }) => doc),
  };
}

/**
 * The stamps of all decisions about a person's right to publish: allowed, stopped, removed, back. A home that knows
 * fewer of them never overrules one that knows more. Empty for the house, and for a person who never had the right.
 */
function decisionsOn({ controls, get }: Library, holder: Holder): Stamp[] {
  if (holder === house) return [];
  const { gives, ends } = controls.find(peopleId) ?? noGrants;
  const stampIn = (key: string): string => key.slice(key.lastIndexOf(' ') + 1);
  const about = (to: string | undefined): boolean => to === `publish:${holder}` || to === `person:${holder}`;
  const isAsked = [...gives, ...ends.values()].some(({ to }) => to === `publish:${holder}`);
  if (!isAsked) return [];
  const removed = own(own(get(`person:${holder}`)?.body, 'removed'), 'at');
  return [...gives, ...ends.values()]
    .filter(({ to }) => about(to))
    .map(({ key }) => stampIn(key))
    .concat(typeof removed === 'string' ? removed : [])
    .filter(isStamp);
}
