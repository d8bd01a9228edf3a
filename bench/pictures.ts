/**
 * A home with pictures for the blob bench: documents that name files of real sizes, and the files on the sending side.
 * As a separate process it serves them to a peer, or receives them.
 */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { photoId } from '../src/document/photo-document.js';
import { openHome, sha256, type Home } from '../test/sync/homes.js';
import { syntheticPhotos } from './synthetic.js';

/**
 * The blobs to transfer: renditions of photos whose originals stay in place, or originals of photos without renditions.
 */
export type Cargo = 'renditions' | 'originals';

/** Bytes of a thumb and a preview (medians of the renditions bench), and of an original of 12 megapixels. */
const sizes = { thumb: 73 * 1024, preview: 540 * 1024, original: 4 * 1024 * 1024 };

/** Opens a home with `files` pictures of a kind; half of the renditions are thumbs, half previews. */
export async function openPictures(cargo: Cargo, files: number): Promise<Home> {
  const home = await openHome();
  const put = (path: string, bytes: Buffer): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  };
  const rendition = (bytes: number): { sha256: string; bytes: number } => {
    const picture = randomBytes(bytes);
    const hash = sha256(picture);
    put(home.blobs.path(hash), picture);
    return { sha256: hash, bytes };
  };
  for (const { document } of syntheticPhotos(cargo === 'renditions' ? files / 2 : files, 1)) {
    const { renditions, facts } = document;
    if (cargo === 'renditions') {
      const [thumb, preview] = [rendition(sizes.thumb), rendition(sizes.preview)];
      const named = {
        ...renditions,
        thumb: { ...renditions.thumb, ...thumb },
        preview: { ...renditions.preview, ...preview },
      };
      home.library.update(photoId(thumb.sha256), () => ({ ...document, renditions: named }));
    } else {
      const picture = randomBytes(sizes.original);
      const hash = sha256(picture);
      const path = `2024/07/${hash}.jpg`;
      put(home.archive.resolve(path), picture);
      home.library.local.originals.put({
        sha256: hash,
        path,
        claim: 'c',
        state: 'here',
        bytes: picture.length,
        modified: 0,
      });
      const { renditions: _, ...bare } = document;
      home.library.update(photoId(hash), () => ({ ...bare, facts: { ...facts, bytes: picture.length } }));
    }
  }
  return home;
}

/** Starts a home in a separate process, with so many pictures. */
export function startPictures(
  cargo: Cargo,
  files: number,
): Promise<{ url: string; folder: string; close(): Promise<void> }> {
  const child = fork(import.meta.filename, [cargo, String(files)]);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    void ended.then(() => reject(new Error('The peer ended by itself.')));
    child.once('message', (at) =>
      resolve({
        ...(at as { url: string; folder: string }),
        async close() {
          child.disconnect();
          await ended;
        },
      }),
    );
  });
}

async function serve(cargo: Cargo, files: number): Promise<void> {
  const home = await openPictures(cargo, files);
  const { url, close } = await home.serve();
  process.once(
    'disconnect',
    () =>
      void close()
        .then(home.close)
        .then(() => process.exit()),
  );
  process.send!({ url, folder: home.folder });
}

if (process.send && process.argv[1] === import.meta.filename)
  await serve(process.argv[2] as Cargo, Number(process.argv[3]));
