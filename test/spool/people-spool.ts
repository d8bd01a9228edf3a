/** A spool of real parts in a library where two people have folders of their own, which can be killed at the n-th file operation. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, expect, onTestFinished } from 'vitest';
import { itemAccess } from '../../src/access/library-access.js';
import { openArchive } from '../../src/archive/archive.js';
import { openBlobs } from '../../src/archive/blob-store.js';
import { openFiles } from '../../src/base/files.js';
import { openLog } from '../../src/base/log.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { withEnd } from '../../src/document/grants.js';
import { house, itemId, itemOf, peopleId, type Holder } from '../../src/document/item-id.js';
import type { Body, PhotoDocument } from '../../src/document/photo-document.js';
import { openIngest } from '../../src/ingest/ingest.js';
import { openLibrary } from '../../src/library/library.js';
import { type Metadata, openMetadata } from '../../src/photo/facts/read-metadata.js';
import { render } from '../../src/photo/decode/render.js';
import { openProcessor, type Processor } from '../../src/spool/processor.js';
import type { SpoolEvent } from '../../src/spool/spool-interface.js';
import { isClaimed } from '../../src/spool/work-folder.js';
import { openFilms } from '../../src/video/transcode.js';
import { temporaryFolder } from '../folder.js';
import { fastClock } from './fixture.js';
import { hashOf } from './home.js';

const films = openFilms({ kind: 'missing', missing: ['ffmpeg', 'ffprobe'] });

/** Two people. */
export const [anna, ben] = ['1', '2'].map((n) => n.padStart(26, '0')) as [string, string];

/** Where in `incoming` a holder's files are put. */
export const folderOf = (holder: Holder): string => (holder === house ? '' : holder === anna ? '@anna' : 'scans/ben');

/** How the tests of the file that calls this open one. They share the program that reads what photos tell. */
export function preparePeopleSpools(): () => ReturnType<typeof openPeopleSpool> {
  const metadata = openMetadata({ processes: 1 });
  afterAll(() => metadata.close());
  return () => openPeopleSpool(metadata);
}

// Longer than a screen: what a trial looks at is one home.
function openPeopleSpool(metadata: Metadata) {
  const folder = temporaryFolder();
  const [incoming, work, archive] = ['incoming', 'work', 'archive'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const db = openSqlite(join(folder, 'library.sqlite'));
  // Nothing here is about a power loss: a commit does not wait for the disk.
  db.exec('PRAGMA synchronous = OFF');
  const library = openLibrary(db);
  onTestFinished(() => library.close());
  const clock = fastClock();
  const by = 'owner';
  const logged: string[] = [];
  const faults = { archiveIsFull: false };
  const lines = new Writable({
    write(line: Buffer, _encoding, done) {
      logged.push(line.toString());
      done();
    },
  });
  const log = openLog({ level: 'debug', format: 'json' }, lines);
  const write = (id: string, change: (body: Body, at: string) => object): unknown =>
    library.update<object>(id, (body) =>
      change((body ?? { format: 1, kind: id.slice(0, id.indexOf(':')) }) as Body, library.stampAfter(body)),
    );
  const setRemoved = (person: string, value: boolean): unknown =>
    write(`person:${person}`, (body, at) => ({ ...body, removed: { value, at, by } }));
  for (const person of [anna, ben]) {
    setRemoved(person, false);
    library.local.personFolders.set(folderOf(person), person);
  }

  /** Opens a processor; from the `limit`th file operation on, nothing can be done any more. */
  async function open(limit = Infinity, options: { mode?: 'move' | 'copy'; isFar?: boolean } = {}) {
    const { mode = 'move', isFar = false } = options;
    let left = limit;
    let done = 0;
    const files = openFiles((operation, path) => {
      // As the kernel answers where `work` is on another disk.
      if (isFar && operation === 'rename' && String(path).startsWith(work) && !String(path).endsWith('item.json'))
        throw Object.assign(new Error('EXDEV'), { code: 'EXDEV' });
      if (faults.archiveIsFull && String(path).startsWith(archive))
        throw Object.assign(new Error(`ENOSPC: ${String(path)}`), { code: 'ENOSPC' });
      done++;
      if (left-- <= 0) throw new Error('killed');
    });
    const parts = {
      ...{ library, metadata, films, files, render },
      archive: await openArchive(archive, files),
      blobs: await openBlobs(join(folder, 'blobs'), files),
      claimed: (claim: string) => isClaimed(claim, files),
      mayHold: (person: string) => itemAccess(library).isMember(person),
    };
    const { local } = library;
    const isHere = (sha256: string): boolean => local.originals.find(sha256)?.state === 'here';
    const isHeld = (sha256: string, { holder = house }: { holder?: Holder }): boolean =>
      library.get(itemId({ holder, sha256 })) !== undefined;
    const ingest = await openIngest(parts);
    const processor = await openProcessor(
      { files, clock, log, ingest, local, isHere, isHeld, personOf: local.personFolders.find },
      { incoming, work, settle: 0, workers: 1, rescan: 300, poll: 5, mode },
    );
    return { processor, isOver: () => left < 0, count: () => done };
  }

  /** Opens one, does something with it and closes it. Answers what happened, and whether it was killed on the way. */
  async function during(
    use: (processor: Processor) => Promise<unknown>,
    limit = Infinity,
    options: Parameters<typeof open>[1] = {},
  ): Promise<{ events: SpoolEvent[]; killed: boolean }> {
    const events: SpoolEvent[] = [];
    const opened = await open(limit, options).catch((error: unknown) => {
      if (limit === Infinity) throw error;
    });
    if (!opened) return { events, killed: true };
    opened.processor.on((event) => void events.push(event));
    await use(opened.processor).catch((error: unknown) => {
      // What is killed fails anyhow.
      if (limit === Infinity) throw error;
    });
    const killed = opened.isOver();
    await opened.processor.close().catch(() => undefined);
    return { events, killed };
  }

  return {
    /** How many operations opening one takes. */
    async opening(): Promise<number> {
      const { processor, count } = await open();
      const operations = count();
      await processor.close();
      return operations;
    },
    ...{ folder, incoming, work, archive, library, clock, logged, faults, during, setRemoved, write },
    pass: (limit?: number, options?: Parameters<typeof open>[1]) =>
      during((processor) => processor.pass(), limit, options),
    /** Ends that the library’s control document says somebody was removed. */
    endMember: (person: string) =>
      write(peopleId, (body, at) => withEnd({ ...body, kind: 'people' }, `person:${person}`, { at, by })),
    drop(holder: Holder, name: string, bytes: Buffer | string): string {
      const path = join(incoming, folderOf(holder), name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
      return path;
    },
    /** The items there are, as `<holder> <sha256>`. */
    items: (): string[] =>
      ['photo:', 'own:']
        .flatMap((prefix) => [...library.scan(prefix)].map(({ id }) => itemOf(id)!))
        .map(({ holder, sha256 }) => `${holder} ${sha256}`)
        .sort(),
    item: (holder: Holder, bytes: Buffer): PhotoDocument | undefined =>
      library.get<PhotoDocument>(itemId({ holder, sha256: hashOf(bytes) }))?.body,
    claims: () => readdirSync(work).filter((name) => !name.startsWith('.')),
    /** How many files with these bytes the archive holds, in all its folders; each lies where its row says. */
    countOf(bytes: Buffer): number {
      const row = library.local.originals.find(hashOf(bytes));
      expect(row?.state).toBe('here');
      expect(readFileSync(join(archive, row!.path))).toEqual(bytes);
      return filesBelow(archive).filter((path) => readFileSync(path).equals(bytes)).length;
    },
  };
}

/** All files of a folder and below. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

/** The outcomes among events, by name: `stored a.jpg`. */
export const outcomesOf = (events: readonly SpoolEvent[]): string[] =>
  events.flatMap((event) =>
    event.type === 'stored' || event.type === 'duplicate' ? [`${event.type} ${event.name}`] : [],
  );
