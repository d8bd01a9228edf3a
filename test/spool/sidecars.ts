/** A home with a spool of real parts, for the tests of sidecars. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { onTestFinished } from 'vitest';
import { readConfig } from '../../src/base/config.js';
import { silent } from '../../src/base/log.js';
import { openHome } from '../../src/home/open-home.js';
import { openSpool } from '../../src/home/open-spool.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { viewPhoto, type PhotoView } from '../../src/document/photo-view.js';
import { verifyHome } from '../../src/ingest/verify-home.js';
import type { ProcessorOptions } from '../../src/spool/processor-options.js';
import type { PassSummary } from '../../src/spool/spool-interface.js';
import { importWork } from '../../src/spool/work-folder.js';
import { temporaryFolder } from '../folder.js';
import { sharedReaders } from '../readers.js';
import { xmp } from '../xmp.js';

/** Opens an empty home; closed after the test. */

export async function begin() {
  const folder = temporaryFolder();
  const config = readConfig(join(folder, 'home'), { settle: '0', workers: '2' });
  const home = await openHome(config, silent, sharedReaders());
  onTestFinished(() => home.close());
  const spool = await openSpool(home, silent);
  onTestFinished(() => spool.close());
  const drop = (name: string, bytes: Buffer | string, at = config.incoming): string => {
    const path = join(at, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    return path;
  };
  return {
    folder,
    home,
    spool,
    drop,
    pass: () => spool.pass(),
    async importTree(tree: string): Promise<PassSummary> {
      const options: Partial<ProcessorOptions> = { mode: 'copy', countSeen: true, handOver: config.work };
      const other = await openSpool(home, silent, { incoming: tree, work: importWork(config.work), ...options });
      try {
        return await other.pass();
      } finally {
        await other.close();
      }
    },
    /** All files of the archive except hidden ones. */
    archive: () => filesBelow(config.done).map((path) => relative(config.done, path)),
    incoming: () => filesBelow(config.incoming).map((path) => relative(config.incoming, path)),
    ignored: async () => (await spool.status()).ignored,
    /** The view of the photo with this original name. */
    shown(name: string): PhotoView {
      for (const { id, body } of home.library.scan<PhotoDocument>('photo:')) {
        const view = viewPhoto(id.slice('photo:'.length), body, { here: true });
        if (view.name === name) return view;
      }
      throw new Error(`no ${name}`);
    },
    document: (sha256: string) => home.library.get<PhotoDocument>(photoId(sha256))!.body,
    verify: async () =>
      verifyHome({
        library: home.library,
        archive: config.done,
        blobs: join(config.data, 'blobs'),
        files: home.files,
      }),
  };
}

/** All files in a folder and its subfolders, except hidden ones. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.'))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}

/** A sidecar with a title. */
export const title = (text: string): string => xmp({ title: text });
