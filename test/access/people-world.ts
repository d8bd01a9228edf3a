/**
 * A simulation of servers with the documents of people’s libraries, and in parallel a record of what happened.
 * Documents are transferred one by one, in any order; clocks are off by years. The record does not use documents: it
 * consists of people's acts, each with all acts known to its author’s server (its past), so that a test can determine
 * visibility without heads, closures, stamps or merges.
 */
import { newPhoto } from '../../src/document/arrival.js';
import { applyChange, type PhotoChange } from '../../src/document/edits.js';
import { readGrants, withEnd, withGive, withSight, type Author, type GrantSet } from '../../src/document/grants.js';
import {
  house,
  itemId,
  itemOf,
  membersId,
  offerId,
  peopleId,
  publicIdOf,
  sharingId,
  type Item,
} from '../../src/document/item-id.js';
import { merge } from '../../src/document/merge.js';
import type { Audience, Body, PhotoDocument } from '../../src/document/photo-document.js';
import { openHlc, type Hlc } from '../../src/document/stamp.js';
import { facts, sighting } from '../document/documents.js';
import type { Dice } from '../simulation/dice.js';

/** An act of a person on one document. */
export interface Act {
  document: string;
  kind:
    | ('new' | 'brought' | 'words' | 'audience' | 'trashed' | 'archived' | 'purged')
    | ('give' | 'end' | 'album-removed' | 'accepted' | 'done');
  by: string;
  to?: string;
  what?: string;
  value?: Audience | boolean;
  /** The key of its entry in a grant set, or of its sighting. */
  key?: string;
  /** For an offer, its photos; for an acceptance, the saved ones: by their public ids. */
  items?: readonly string[];
  /** The stamp of a value. */
  at: string;
  /** All acts known to the author’s server, on any document. */
  past: ReadonlySet<Act>;
}

/** The knowledge of a server: its documents, and the acts contained in each. */
export interface Heard {
  documents: Pick<ReadonlyMap<string, Body>, 'has'>;
  known: ReadonlyMap<string, ReadonlySet<Act>>;
  /** All albums with members that ever existed, here or elsewhere. */
  albums: readonly string[];
}

/** A server of this world. */
export interface Server extends Heard {
  documents: Map<string, Body>;
  known: Map<string, Set<Act>>;
  hlc: Hlc;
}

const ulid = (n: number): string => String(n).padStart(26, '0');
/** The people, by ULID. The first acts for the house. */
export const people = [1, 2, 3].map(ulid);
/** Albums with members: one of each person, and one of the house. */
export const albums = [...people, house].map((holder) => `${holder}:${ulid(9)}`);
/** Items: three of each person, three of the house; the second and third ones have bytes in common. */
export const items: Item[] = [...people, house].flatMap((holder, n) => [
  { holder, sha256: String(n).repeat(64) },
  { holder, sha256: 'f'.repeat(64) },
  { holder, sha256: 'a'.repeat(64) },
]);

/** Offers: one of each person and one of the house, with all of its items except the second. */
export const offers = [...people, house].map((holder) => `${holder}:${ulid(8)}`);
/** The items that an offer lists. */
export const itemsOffered = (offer: string): Item[] =>
  items.filter(({ holder, sha256 }) => offer.startsWith(holder) && !sha256.startsWith('f'));

/** Opens a world. */
export function openWorld(dice: Dice) {
  const servers: Server[] = [0, 1, 2].map((n) => ({
    documents: new Map(),
    known: new Map(),
    albums,
    hlc: openHlc({ now: () => (n === 1 ? 4e12 : n === 2 ? 1e11 : 1.7e12) + dice.below(1e6) }, `s${n}`),
  }));

  for (const { documents } of servers) {
    for (const person of people) documents.set(`person:${person}`, { format: 1, kind: 'person' });
    for (const album of albums) documents.set(`own-album:${album}`, { format: 1, kind: 'own-album' });
  }

  const setOf = (server: Server, id: string): GrantSet => {
    const body = server.documents.get(id);
    return readGrants(itemOf(id) ? (body as PhotoDocument | undefined)?.edits : body);
  };
  const setsOf = (server: Server, ids: readonly string[]): Record<string, GrantSet> =>
    Object.fromEntries(ids.map((id) => [id, setOf(server, id)]));

  /** Performs an act at a server: `write` returns the new document. */
  function act(
    server: Server,
    made: Omit<Act, 'past' | 'at'>,
    write: (body: Body | undefined, author: Author) => object | undefined,
  ): void {
    const body = server.documents.get(made.document);
    const at = server.hlc.after(body ?? {});
    const written = write(body, { at, by: made.by });
    if (!written || written === body) return;
    const past = new Set([...server.known.values()].flatMap((acts) => [...acts]));
    server.documents.set(made.document, written as Body);
    const known = server.known.get(made.document) ?? new Set();
    known.add({ ...made, at, past });
    server.known.set(made.document, known);
  }

  const control = (id: string): Body => ({
    format: 1,
    kind: id === peopleId ? 'people' : id.slice(0, id.indexOf(':')),
    ...(id.startsWith('offer:') && { items: itemsOffered(id.slice('offer:'.length)).map(publicIdOf) }),
  });
  const asItem = (change: (edits: object) => object) => (body: Body | undefined) => {
    const found = body as PhotoDocument | undefined;
    return found && { ...found, edits: change(found.edits) };
  };
  const reliedOn = (id: string): string[] => {
    const { holder } = itemOf(id)!;
    return holder === house ? [peopleId] : [peopleId, sharingId(holder)];
  };

  return {
    servers,
    setOf,
    /** Adds an item. */
    create(server: Server, id: string, by: string): void {
      if (server.documents.has(id)) return;
      const came = newPhoto({ facts: facts(), renditions: { recipe: 1 }, sighting: sighting({ by }) });
      act(server, { document: id, kind: 'new', by }, (_, author) => ({
        ...came,
        edits: withSight(came.edits, setsOf(server, reliedOn(id)), author),
      }));
    },
    /** Changes a value of an item. */
    edit(
      server: Server,
      id: string,
      kind: 'words' | 'audience' | 'trashed' | 'archived',
      value: Audience | boolean,
      by: string,
    ): void {
      const change = (kind === 'words' ? { title: String(dice.below(1e6)) } : { [kind]: value }) as PhotoChange;
      act(server, { document: id, kind, value, by }, (body, author) => {
        const found = body as PhotoDocument | undefined;
        if (!found) return undefined;
        const changed = applyChange(found, change, author);
        if (changed === found) return undefined;
        return { ...changed, edits: withSight(changed.edits, setsOf(server, reliedOn(id)), author) };
      });
    },
    give(server: Server, id: string, to: string, what: string, by: string): void {
      const item = itemOf(id);
      const sees = setsOf(server, item ? [peopleId, membersId(to)] : id === peopleId ? [] : [peopleId]);
      const listed = id.startsWith('offer:') && { items: itemsOffered(id.slice('offer:'.length)).map(publicIdOf) };
      act(server, { document: id, kind: 'give', to, what, by, ...listed }, (body, author) =>
        item
          ? asItem((edits) => withGive(edits, { to, what }, author, sees))(body)
          : withGive(body ?? control(id), { to, what }, author, sees),
      );
    },
    end(server: Server, id: string, to: string, by: string): void {
      act(server, { document: id, kind: 'end', to, by }, (body, author) =>
        itemOf(id) ? asItem((edits) => withEnd(edits, to, author))(body) : withEnd(body ?? control(id), to, author),
      );
    },
    removeAlbum(server: Server, album: string, by: string): void {
      act(server, { document: `own-album:${album}`, kind: 'album-removed', by }, (body, { at }) =>
        body?.['removed'] ? undefined : { ...body, removed: { value: true, at, by } },
      );
    },
    /** Content that no server writes: it may be anywhere in a grant set, and has no meaning. */
    spoil(server: Server, id: string): void {
      const body = server.documents.get(id);
      if (!body) return;
      const at = server.hlc.next();
      const part = dice.pick(['gives', 'ends']);
      const junk = dice.pick([
        ['x', 5],
        ['person view', null],
        [`${dice.pick(people)} ${at}`, 'text'],
        ['__proto__', []],
      ] as const);
      const into = (set: object): object => ({
        ...set,
        [part]: { ...(set as Record<string, object>)[part], [junk[0]]: junk[1] },
      });
      const spoilt = itemOf(id) ? { ...body, edits: into((body as unknown as PhotoDocument).edits) } : into(body);
      server.documents.set(id, spoilt as Body);
    },
    /** Transfers a document from one server to another. */
    send(from: Server, to: Server, id: string): void {
      const [sent, there] = [from.documents.get(id), to.documents.get(id)];
      if (!sent) return;
      to.documents.set(id, there ? merge(there, sent) : sent);
      to.known.set(id, new Set([...(to.known.get(id) ?? []), ...(from.known.get(id) ?? [])]));
    },
    ids: [
      peopleId,
      ...people.map(sharingId),
      ...albums.flatMap((album) => [membersId(album), `own-album:${album}`]),
      ...offers.map(offerId),
      ...items.map(itemId),
    ],
  };
}

/** An open world. */
export type World = ReturnType<typeof openWorld>;
