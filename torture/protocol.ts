/**
 * The routes of `/db` as operations. As CouchDB's protocol they are not in the server's own description, so it is given
 * here: requests about existing documents, with revisions that exist and that don't. Pure.
 */
import type { Operation, Schema } from './requests.js';

const name: Schema = { enum: ['photos', 'public-none', 'none', '_users'] };
const revs = ['1-x', '0-0', 'now', `1-${'a'.repeat(32)}`, `9-${'f'.repeat(32)}`, `${'9'.repeat(20)}-${'a'.repeat(32)}`];
const rev: Schema = { enum: revs };
const bool: Schema = { type: 'boolean' };

/** All of them, for a library with these photos. */
export function protocolRoutes(photos: readonly string[]): [string, Operation][] {
  const documents = photos.flatMap((id) => [`photo:${id}`, `exif:${id}`, `comment:${id}:01JD0000000000000000000000`]);
  const id: Schema = { enum: [...documents, 'library:key', 'person:01JD0000000000000000000000', '_design/x', ''] };
  const list = (items: Schema): Schema => ({ type: 'array', items });
  const body = (properties: Record<string, Schema>): NonNullable<Operation['requestBody']> => ({
    content: { 'application/json': { schema: { type: 'object', properties } } },
  });
  const registers: Schema = {
    type: 'object',
    properties: { value: {}, at: { enum: ['0', `${'9'.repeat(16)}-x`] }, by: { enum: ['owner', ''] } },
  };
  const document: Schema = {
    type: 'object',
    properties: {
      _id: id,
      _rev: rev,
      _revisions: {
        type: 'object',
        properties: { start: { type: 'integer' }, ids: list({ enum: ['a'.repeat(32), 'f'.repeat(32), 'x'] }) },
      },
      _deleted: bool,
      _attachments: { type: 'object', properties: { x: { type: 'object' } } },
      format: { enum: [1, 2, 99, -1, 'x'] },
      kind: { enum: ['photo', 'exif', 'comment', 'person', 'x'] },
      facts: { type: 'object', properties: { recipe: { type: 'integer' }, type: { enum: ['text/html', '../..'] } } },
      renditions: { type: 'object', properties: { thumb: { type: 'object' } } },
      sidecars: { type: 'object' },
      sightings: { type: 'object' },
      edits: {
        type: 'object',
        properties: { title: registers, tags: { type: 'object', properties: { x: registers } } },
      },
    },
  };
  const query = (...some: [string, Schema][]): NonNullable<Operation['parameters']> => [
    { name: 'name', in: 'path', schema: name },
    { name: 'id', in: 'path', schema: id },
    ...some.map(([one, schema]) => ({ name: one, in: 'query', schema })),
  ];
  const plain = { parameters: query() };
  return [
    ['get /db/', {}],
    ['get /db/{name}', plain],
    ['put /db/{name}', plain],
    ['get /db/{name}/_changes', { parameters: query(['since', rev], ['limit', { type: 'integer' }]) }],
    ['post /db/{name}/_revs_diff', { ...plain, requestBody: body(Object.fromEntries(documents.map((one) => [one, list(rev)]))) }],
    ['post /db/{name}/_bulk_get', { ...plain, requestBody: body({ docs: list({ type: 'object', properties: { id, rev } }) }) }],
    ['post /db/{name}/_bulk_docs', { ...plain, requestBody: body({ docs: list(document), new_edits: { enum: [false] } }) }],
    ['post /db/{name}/_ensure_full_commit', plain],
    ['get /db/{name}/_local/{id}', plain],
    ['put /db/{name}/_local/{id}', { ...plain, requestBody: body({ seq: rev, x: list(document) }) }],
    ['delete /db/{name}/_local/{id}', plain],
    ['get /db/{name}/{id}', { parameters: query(['rev', rev], ['open_revs', { enum: ['all', '[]', `["${revs[3]!}"]`] }]) }],
    ['put /db/{name}/{id}', { ...plain, requestBody: body({ _id: id }) }],
  ]; // prettier-ignore
}
