/** Many originals, or edited pictures, as a ZIP archive: a request with their ids, then a download. */
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { yieldToEventLoop } from '../../base/async/yield.js';
import { notFound } from '../../base/errors.js';
import { Type } from 'typebox';
import { countedAs, may, mayDownloadUnedited, mayHaveOriginal, type Viewer } from '../../access/permissions.js';
import { viewer, viewerNow } from '../http/request-viewer.js';
import { disposition } from '../http/content-disposition.js';
import type { Context, Routes } from '../context.js';
import type { Develop } from '../../document/develop.js';
import type { Rendition } from '../../document/photo-document.js';
import { findPhoto, findPhotos, type FoundPhoto } from '../../album/find-photos.js';
import { bytes, Problem, Sha256 } from '../../api/photo-schemas.js';
import { strict } from '../../api/access-schemas.js';
import type { ExportFile } from '../files/export-file.js';
import { openTurned, turnsOf } from '../files/rotated-bytes.js';
import { openTickets } from '../files/download-tickets.js';
import { givenTypes, nameFor, openStripping } from '../files/send-stripped-original.js';
import { distinct, zip, zipExport, zipPrepared, type Prepared, type Zipped } from '../files/zip-download.js';

const most = 100_000;
const batch = 200;

/** The content of a prepared archive. */
interface Wanted {
  ids: readonly string[];
  /** Edited pictures as JPEGs instead of their originals. */
  edited: boolean;
}

/** The photos to pack. */
const Asked = strict({
  ids: Type.Array(Sha256, { minItems: 1, maxItems: most }),
  edited: Type.Optional(
    Type.Boolean({ description: 'edited pictures as JPEGs instead of their originals; other photos as they are' }),
  ),
});

export const downloads: Routes = (app, context) => {
  const { clock } = context;
  const tickets = openTickets<Wanted>(clock);

  const filesOf = openFiles(context);
  const stripped = openStripped(context);

  const Ready = Type.Object({
    path: Type.String({ description: 'the path of the archive, valid for ten minutes' }),
    photos: Type.Integer({ description: 'the number of files in it' }),
    bytes: Type.Integer({
      description:
        'of the originals in it, without what is made when it is sent: edited pictures, and originals without metadata',
    }),
    missing: Type.Integer({
      description:
        'the number of photos that are not included: their files are not on this server, or you may not have them',
    }),
  });
  app.post(
    '/api/downloads',
    {
      config: { rule: 'stripped' },
      bodyLimit: 8 * 1024 * 1024,
      schema: {
        summary: 'Prepares a ZIP archive of the originals of photos, or of their edited pictures',
        body: Asked,
        response: { 201: Ready, '4xx': Problem, '5xx': Problem },
      },
    },
    async (request, reply) => {
      const who = viewer(request);
      const ids = [...new Set(request.body.ids)];
      const wanted = { ids, edited: request.body.edited === true };
      const now = (): Viewer | undefined => viewerNow(request);
      const files = may(who, 'original') ? await filesOf(who, wanted, now) : await stripped.find(who, wanted, now);
      if (files.length === 0)
        throw notFound(
          'None of these originals is on this server.',
          'Open the photos to get their originals, then try again.',
        );
      const path = `/api/downloads/${tickets.draw(countedAs(who), wanted)}`;
      const sum = files.reduce((all, file) => all + ('bytes' in file ? file.bytes : 0), 0);
      return reply.code(201).send({ path, photos: files.length, bytes: sum, missing: ids.length - files.length });
    },
  );

  app.get(
    '/api/downloads/:ticket',
    {
      config: { rule: 'stripped' },
      schema: {
        summary: 'Downloads a prepared ZIP archive',
        params: Type.Object({ ticket: Type.String({ maxLength: 64 }) }),
        response: bytes('the archive', 'application/zip'),
      },
    },
    async (request, reply) => {
      const who = viewer(request);
      const now = (): Viewer | undefined => viewerNow(request);
      const wanted = tickets.look(request.params.ticket, countedAs(who));
      if (!wanted) throw notFound('This download has expired.', 'Start the download again.');
      const archive = may(who, 'original')
        ? await pack(await filesOf(who, wanted, now))
        : { stream: stripped.pack(request.ip, reply, await stripped.find(who, wanted, now)) };
      reply.raw.once('close', () => archive.stream.destroy());
      // Edited pictures have no size before they are made.
      if ('bytes' in archive) reply.header('content-length', archive.bytes);
      return reply
        .type('application/zip')
        .header(
          'content-disposition',
          disposition('attachment', `photos-${new Date(clock.now()).toISOString().slice(0, 10)}.zip`),
        )
        .header('cache-control', 'no-store')
        .send(archive.stream);
    },
  );
};

/** Finds the files of photos for a viewer; `now`: the same viewer at a later moment, undefined if access has ended. */
type FindFiles = (who: Viewer, wanted: Wanted, now: () => Viewer | undefined) => Promise<(Zipped | Made)[]>;

function openFiles({ library, blobs, toBare }: Context): FindFiles {
  /** The JPEG of an edited picture, without metadata, made when it is its turn; only one at a time is in memory. */
  const jpegOf = (path: string, develop: Develop, shown?: Rendition) => async (): Promise<Buffer> => {
    const made = await toBare?.(path, develop).catch(() => undefined);
    // Edited on another server, and not readable here: the picture that is shown, so that the archive is complete.
    if (!made && shown?.type === 'image/jpeg') return readFile(blobs.rendition(shown.sha256));
    if (!made) throw notFound('This file can’t be shown as a picture.');
    try {
      return await readFile(made.path);
    } finally {
      await made.remove();
    }
  };

  /** Checks that a viewer still has access to a photo when it is packed: an archive may take hours. */
  function checkStill(who: Viewer | undefined, { id, form, develop }: Packed, edited: boolean): void {
    const photo = who && findPhoto(library, who, id);
    const isSame =
      photo && formOf(who, photo, edited) === form && JSON.stringify(photo.develop) === JSON.stringify(develop);
    if (!isSame || !mayHaveOriginal(who, photo.item.holder)) throw notFound('This photo is no longer available.');
  }

  /** The photos whose files the viewer may have and that are on this server, in the requested order. */
  return async function filesOf(who, wanted, now) {
    const files: (Zipped | Made)[] = [];
    for await (const photo of photosOf(library, who, wanted)) {
      const { name, bytes: size, taken, path, form, develop } = photo;
      if (!mayHaveOriginal(who, photo.item.holder)) continue;
      const turns = form === 'edited' ? turnsOf(photo) : undefined;
      const check = (): void => checkStill(now(), photo, wanted.edited);
      if (form === 'edited' && turns === undefined && develop)
        files.push({ name: jpegName(name), taken, make: jpegOf(path, develop, photo.renditions.preview), check });
      else files.push({ path: blobs.original(path), name, bytes: size, taken, turns, check });
    }
    return files;
  };
}

/** A photo that is packed: the path of its original in the archive, and how it is packed. */
type Packed = FoundPhoto & { path: string; form: 'original' | 'edited' };

/**
 * The photos whose originals are on this server and that a viewer may download in some form. Yields to other requests.
 */
async function* photosOf(library: Context['library'], who: Viewer, { ids, edited }: Wanted): AsyncGenerator<Packed> {
  for (let at = 0; at < ids.length; at += batch) {
    await yieldToEventLoop();
    for (const photo of findPhotos(library, who, ids.slice(at, at + batch))) {
      const [{ path }, form] = [photo.original, formOf(who, photo, edited)];
      if (path !== undefined && form !== undefined) yield { ...photo, path, form };
    }
  }
}

/**
 * The form in which a viewer may download a photo; undefined if in none. As `GET /originals/:id` does for single ones.
 */
function formOf(who: Viewer, photo: FoundPhoto, edited: boolean): Packed['form'] | undefined {
  if (!photo.unedited) return 'original';
  const mayHave = mayDownloadUnedited(who, photo.item.holder);
  // Rotating a video cuts nothing away: viewers without the right to the unedited video get it rotated.
  if (photo.develop && (edited || (!mayHave && turnsOf(photo) !== undefined))) return 'edited';
  return mayHave ? 'original' : undefined;
}

/**
 * Finds and packs originals without metadata, for viewers without the right to the metadata: each as in a single
 * download. A file that turns out to be unreadable here is replaced by its picture.
 */
function openStripped(context: Context) {
  const { library, blobs, toBare } = context;
  const stripping = openStripping(context);
  const given = new Set(givenTypes(toBare !== undefined));

  function pictureOf(photo: FoundPhoto): Prepared | undefined {
    const { preview } = photo.renditions;
    if (preview?.type !== 'image/jpeg') return undefined;
    const open = (): Promise<Readable> => openTurned(blobs.rendition(preview.sha256));
    return { name: nameFor(photo, preview.type), open, remove: () => Promise.resolve() };
  }

  /** Reads the photo again when it is its turn, so that only its id is kept in memory, for the viewer of that moment. */
  async function prepare(who: Viewer | undefined, id: string, edited: boolean): Promise<Prepared | undefined> {
    if (!who) throw notFound('These photos are no longer available.');
    for await (const photo of photosOf(library, who, { ids: [id], edited })) {
      const { develop, ...rest } = photo;
      const shown = photo.form === 'edited' && develop ? { ...rest, develop } : rest;
      const made = await stripping.prepare(shown).catch(() => undefined);
      return made ?? (photo.unedited && photo.form === 'original' ? undefined : pictureOf(photo));
    }
    return undefined;
  }

  return {
    /** The photos whose originals can be sent this way and are on this server, in the requested order. */
    async find(who: Viewer, wanted: Wanted, now: () => Viewer | undefined) {
      const files: { taken: string; prepare(): Promise<Prepared | undefined> }[] = [];
      for await (const { id, taken, type } of photosOf(library, who, wanted))
        if (given.has(type)) files.push({ taken, prepare: () => prepare(now(), id, wanted.edited) });
      return files;
    },
    /** Packs them for a reader, who is counted by address. @throws PhotospoolError `busy`. */
    pack(address: string, reply: FastifyReply, files: Parameters<typeof zipPrepared>[0]): Readable {
      reply.raw.once('close', stripping.enter(address));
      return zipPrepared(files);
    },
  };
}

/** A picture that is made when it is sent. */
interface Made {
  name: string;
  taken: string;
  make: () => Promise<Buffer>;
  check: () => void;
}

const jpegName = (name: string): string => `${name.replace(/\.[^.]{1,5}$/, '')}.jpg`;

/** An archive; of known length if all its files are on the disk. */
async function pack(files: readonly (Zipped | Made)[]): Promise<{ stream: Readable; bytes?: number }> {
  const stored = files.filter((file) => 'path' in file);
  if (stored.length === files.length) return zip(stored);
  const names = distinct(files.map(({ name }) => name));
  const checks = new Map<string, () => void>();
  const exported = files.map((file, n): ExportFile => {
    const [path, taken, check] = [names[n]!, file.taken, file.check];
    if (check) checks.set(path, check);
    if ('make' in file) return { path, taken, kind: 'made', make: file.make };
    const { bytes, path: source, turns } = file;
    if (turns !== undefined) return { path, taken, kind: 'rotated', bytes, source, turns };
    return { path, taken, kind: 'original', sha256: '', bytes, source };
  });
  const stream = zipExport(
    exported,
    () => undefined,
    ({ path }) => checks.get(path)?.(),
  );
  return { stream };
}
