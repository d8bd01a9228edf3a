/**
 * Repairs revision ids that earlier versions accepted from hostile or odd programs and that CouchDB rejects: 32
 * characters that are not lower-case hex digits. CouchDB rejects every request with one of them. They are renamed once
 * per library, the same way on every server, so that all get the same trees; only the ids of revisions change. One
 * transaction.
 */
import { createHash } from 'node:crypto';
import type { Sqlite } from '../base/sqlite.js';

/** The length of hashes that CouchDB parses as hex digits. */
const hashLength = 32;

/** The new id of such a revision: upper-case hex digits become lower-case, as in CouchDB; otherwise the MD5. */
export function repairedRevision(rev: string): string {
  const at = rev.indexOf('-') + 1;
  const hash = rev.slice(at);
  if (hash.length !== hashLength || /^[0-9a-f]+$/.test(hash)) return rev;
  const name = /^[0-9a-f]+$/i.test(hash) ? hash.toLowerCase() : createHash('md5').update(hash).digest('hex');
  return rev.slice(0, at) + name;
}

interface Row {
  generation: number;
  rev: string;
  parent: string | null;
}

/**
 * Renames them in the trees of all documents. Returns the documents that changed: their changes are still to be
 * recorded.
 */
export function repairRevisions(db: Sqlite): string[] {
  const isOdd = (column: string): string =>
    `length(${column}) - instr(${column}, '-') = ${hashLength} AND substr(${column}, instr(${column}, '-') + 1) GLOB '*[^0-9a-f]*'`;
  const docs = db
    .prepare<{ doc: string }>(`SELECT DISTINCT doc FROM revision WHERE (${isOdd('rev')}) OR (${isOdd('parent')})`)
    .all()
    .map(({ doc }) => doc);
  const rows = db.prepare<Row>('SELECT generation, rev, parent FROM revision WHERE doc = ?');
  const one = 'WHERE doc = ? AND generation = ? AND rev = ?';
  const has = db.prepare(`SELECT 1 FROM revision ${one}`);
  const rename = db.prepare(`UPDATE revision SET rev = ? ${one}`);
  const repoint = db.prepare(`UPDATE revision SET parent = ? ${one}`);
  const fill = db.prepare(`UPDATE revision SET body = coalesce(body, (SELECT body FROM revision ${one})),
    parent = coalesce(parent, (SELECT parent FROM revision ${one})) ${one}`);
  const remove = db.prepare(`DELETE FROM revision ${one}`);
  const setLeaf =
    db.prepare(`UPDATE revision SET leaf = NOT EXISTS (SELECT 1 FROM revision AS child WHERE child.doc = revision.doc
    AND child.generation = revision.generation + 1 AND child.parent = revision.rev) WHERE doc = ? AND (leaf = 1 OR body IS NOT NULL)`);

  for (const doc of docs) {
    for (const { generation, rev, parent } of rows.all(doc)) {
      const name = repairedRevision(rev);
      if (parent !== null && repairedRevision(parent) !== parent)
        repoint.run(repairedRevision(parent), doc, generation, rev);
      if (name === rev) continue;
      const key = [doc, generation, rev] as const;
      if (has.get(doc, generation, name) === undefined) rename.run(name, ...key);
      else {
        // Another server renamed it before, and it arrived here under its new id.
        fill.run(...key, ...key, doc, generation, name);
        remove.run(...key);
      }
    }
    setLeaf.run(doc);
  }
  return docs;
}
