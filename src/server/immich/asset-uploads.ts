/**
 * Uploads by clients of the Immich-compatible API: a form with one photo, which goes into the spool of its receiver
 * like every upload (docs/upload.md). The stream to the spool ends only when the whole form was read and its checks
 * passed, so an interrupted form, or one with another SHA-1 than announced, leaves nothing. Duplicates are looked up
 * among the receiver’s photos only, and with the same queries whether or not others have the bytes.
 */
import multipart, { type MultipartFile } from '@fastify/multipart';
import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { Type } from 'typebox';
import { authorOf, type Viewer } from '../../access/permissions.js';
import type { FoundPhoto } from '../../album/find-photos.js';
import { noteInstructions } from '../../album/upload-instructions.js';
import { sightOf } from '../../album/visibility.js';
import { yieldToEventLoop } from '../../base/async/yield.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import { house, publicIdOf, type Holder } from '../../document/item-id.js';
import type { App, Context } from '../context.js';
import { brokeOff } from '../files/broken-multipart.js';
import { checkReceiver, knownPhoto, receiverOf } from '../files/upload-receiver.js';
import { checkStill } from '../http/request-viewer.js';
import { addCall, client, type ImmichRequest } from './calls.js';
import { announcedSha1, changeIn, modifiedIn, nameIn, sha1In } from './upload-fields.js';
import { assetUuid } from './uuids.js';

const limits = { fileSize: Number.MAX_SAFE_INTEGER, parts: 100, files: 2, fields: 50, fieldSize: 64 * 1024 };

/** The response to an upload. */
interface Uploaded {
  id: string;
  status: 'created' | 'duplicate';
}

/** Adds `POST /assets` and `POST /assets/bulk-upload-check`. */
export async function assetUploads(app: App, context: Context): Promise<void> {
  addCheck(app, context);
  // A separate scope, so that no other call accepts multipart bodies.
  await app.register(async (scope: App) => {
    await scope.register(multipart, { limits, preservePath: false });
    addCall(scope, { method: 'POST', path: '/assets', needs: 'upload', streams: true }, async (request, reply) => {
      if (!request.isMultipart()) throw new PhotospoolError('unsupported', 'An upload must be multipart/form-data.');
      const uploaded = await receive(context, request);
      return reply.code(uploaded.status === 'created' ? 201 : 200).send(uploaded);
    });
  });
}

const Checks = Type.Object({
  assets: Type.Array(Type.Object({ id: Type.String({ maxLength: 4_096 }), checksum: Type.String() }), {
    maxItems: 10_000,
  }),
});

/** The number of photos looked up before other requests are served. */
const batch = 200;

function addCheck(app: App, context: Context): void {
  addCall(
    app,
    { method: 'POST', path: '/assets/bulk-upload-check', needs: 'upload', body: Checks },
    async (request) => {
      const who = client(request);
      const holder = receiverOf(who, undefined, context);
      const assets = request.body.assets.map(({ id, checksum }) => ({ id, sha1: sha1In(checksum) ?? '' }));
      // Each once: repetition would make a difference in the response time measurable.
      const sha1s = [...new Set(assets.map(({ sha1 }) => sha1))];
      const all = new Map<string, FoundPhoto>();
      for (let at = 0; at < sha1s.length; at += batch) {
        await yieldToEventLoop();
        for (const [sha1, photo] of knownBySha1(context, who, holder, sha1s.slice(at, at + batch)))
          all.set(sha1, photo);
      }
      const results = assets.map(({ id, sha1 }) => {
        const known = all.get(sha1);
        return known
          ? { id, action: 'reject', reason: 'duplicate', assetId: assetUuid(known.id), isTrashed: known.trashed }
          : { id, action: 'accept' };
      });
      return { results };
    },
  );
}

/**
 * The photos of a receiver that the sender sees and whose originals are here, by SHA-1. A SHA-1 without an original is
 * looked up like one with an original, and only photos visible to the sender are read: the response time reveals
 * nothing about the photos of others.
 */
function knownBySha1(
  { library, catalog }: Context,
  who: Viewer,
  holder: Holder,
  sha1s: readonly string[],
): Map<string, FoundPhoto> {
  const candidates = sha1s.flatMap((sha1) => {
    const found = library.local.sha1s.having(sha1);
    const hashes = found.length > 0 ? found : [sha1.padEnd(64, '0')];
    return hashes.map((sha256) => ({ sha1, sha256, id: publicIdOf({ holder, sha256 }) }));
  });
  const seen = catalog.seenAmong(
    candidates.map(({ id }) => id),
    sightOf(who),
  );
  const known = candidates.flatMap(({ sha1, sha256, id }) => {
    const photo = seen.has(id) ? knownPhoto(library, who, holder, sha256) : undefined;
    return photo ? [[sha1, photo] as const] : [];
  });
  return new Map(known.reverse());
}

/** Receives the form of an upload. @throws PhotospoolError `truncated`, `mismatch`, `invalid`; as `SpoolPort.place`. */
async function receive(context: Context, request: ImmichRequest): Promise<Uploaded> {
  const who = client(request);
  const sender: Sender = { who, holder: receiverOf(who, undefined, context), request };
  const fields = new Map<string, string>();
  const files = new Map<string, Incoming>();
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') fields.set(part.fieldname, String(part.value));
      else if (part.fieldname === 'assetData' || part.fieldname === 'sidecarData') {
        if (files.has(part.fieldname))
          throw new PhotospoolError('invalid', 'The form contains the same file field twice.');
        files.set(part.fieldname, begin(context, sender, part, fields));
        await files.get(part.fieldname)!.read();
      } else part.file.resume();
    }
    const [photo, sidecar] = [files.get('assetData'), files.get('sidecarData')];
    if (!photo) throw new PhotospoolError('invalid', 'The form has no photo (assetData).');
    changeIn(fields);
    checkSha1(announcedSha1(request.headers['x-immich-checksum']), photo.sha1(), photo.name());
    const id = publicIdOf({ holder: sender.holder, sha256: photo.sha256() });
    const known = knownPhoto(context.library, who, sender.holder, photo.sha256());
    if (known) {
      await sidecar?.place(`${known.name}.xmp`);
      return { id: assetUuid(id), status: 'duplicate' };
    }
    const placed = await photo.place(nameIn(fields) ?? photo.name(), () => {
      const { library, clock, access } = context;
      const [by, sha256] = [authorOf(who), photo.sha256()];
      library.local.awaited.add({ sender: by, id, change: changeIn(fields) });
      const parts = { library, clock, senders: access.senders };
      noteInstructions(parts, { by, holder: sender.holder, sha256, metadata: {} });
    });
    // A sidecar belongs to a photo by its name, so it is named after the photo's actual name.
    await sidecar?.place(`${placed}.xmp`);
    return { id: assetUuid(id), status: 'created' };
  } catch (error) {
    throw brokeOff(error) ? new PhotospoolError('truncated', 'The upload was interrupted.', { op: 'upload' }) : error;
  } finally {
    await Promise.all([...files.values()].map((file) => file.drop()));
  }
}

/** The sender, the holder, and the request. */
interface Sender {
  who: Viewer;
  holder: Holder;
  request: ImmichRequest;
}

/** A file of a form that is streamed into the spool, where it waits for the rest of the form. */
interface Incoming {
  /** Streams its bytes from the request. @throws the error of either side. */
  read(): Promise<void>;
  /** The client's name for it: hostile text. */
  name(): string;
  sha1(): string;
  sha256(): string;
  /** Puts it into `incoming`, and resolves to its name there; `before` is called right before it appears. */
  place(name: string, before?: () => void): Promise<string>;
  /** Discards it, unless it was placed. */
  drop(): Promise<void>;
}

function begin(
  { spool, gate }: Context,
  { who, holder, request }: Sender,
  part: MultipartFile,
  fields: ReadonlyMap<string, string>,
): Incoming {
  const hashes = { sha1: createHash('sha1'), sha256: createHash('sha256') };
  const found: { sha1?: string; sha256?: string } = {};
  const held = new PassThrough();
  held.on('error', () => undefined);
  let last = (): void => undefined;
  let wanted = 'upload';
  const still = (): void => {
    checkStill(request, 'upload');
    checkReceiver(holder, gate);
    last();
  };
  const placed = spool.place(
    held,
    () => wanted,
    authorOf(who),
    still,
    holder === house ? undefined : holder,
    () => modifiedIn(fields),
  );
  placed.catch(() => undefined);
  const hashOf = (kind: 'sha1' | 'sha256'): string => (found[kind] ??= hashes[kind].digest('hex'));
  return {
    async read() {
      for await (const chunk of part.file as AsyncIterable<Buffer>) {
        hashes.sha1.update(chunk);
        hashes.sha256.update(chunk);
        if (!held.write(chunk)) await drained(held);
        // The spool failed, for example on a full disk.
        if (held.destroyed) await placed;
      }
    },
    name: () => part.filename || 'upload',
    sha1: () => hashOf('sha1'),
    sha256: () => hashOf('sha256'),
    async place(name, before = () => undefined) {
      [wanted, last] = [name, before];
      held.end();
      return placed;
    },
    async drop() {
      held.destroy();
      await placed.catch(() => undefined);
    },
  };
}

/** Resolves when a stream accepts more bytes, or was destroyed. */
const drained = (stream: PassThrough): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });

function checkSha1(announced: string | undefined, found: string, name: string): void {
  if (announced === undefined || announced === found) return;
  throw new PhotospoolError('mismatch', `“${printable(name)}” was damaged during the upload.`, {
    hint: 'Upload it again.',
  });
}
