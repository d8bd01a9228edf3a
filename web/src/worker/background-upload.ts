/**
 * Sends files waiting on this device without an open page (Background Sync). It speaks tus itself, since workers have
 * no XMLHttpRequest; it resumes earlier attempts, and removes a file only after the server confirms its hash.
 */
import { hashFile } from '../features/upload/hash-file.js';
import { forget, keptFiles, note, type KeptFile } from '../features/upload/share-target-files.js';

const tus = { 'tus-resumable': '1.0.0' };

const base64 = (text: string): string => btoa(String.fromCodePoint(...new TextEncoder().encode(text)));

/** Sends all waiting files. Rejects if one could not be sent now: the browser retries later. */
export async function sendKept(): Promise<void> {
  for (const file of await keptFiles()) {
    if (!(await sendOne(file))) throw new Error('not sent yet');
    await forget(file.id);
  }
}

/** True when the server has the file. */
async function sendOne(kept: KeptFile): Promise<boolean> {
  const sha256 = await hashFile(kept.file);
  if (kept.url === undefined || (await offsetOf(kept.url)) === undefined) {
    const made = await begin(kept, sha256);
    if (made === 'known') return true;
    await note(Object.assign(kept, { url: made }));
  }
  const offset = await offsetOf(kept.url!);
  if (offset === undefined) return false;
  if (offset < kept.file.size) {
    const headers = { ...tus, 'content-type': 'application/offset+octet-stream', 'upload-offset': `${offset}` };
    const sent = await fetch(kept.url!, { method: 'PATCH', headers, body: kept.file.slice(offset) });
    if (!sent.ok) return false;
  }
  const told = await fetch(kept.url!);
  if (!told.ok) return false;
  const { state, sha256: theirs } = (await told.json()) as { state: string; sha256?: string };
  return state === 'received' && theirs === sha256;
}

/** Creates an upload; resolves to its URL, or that the server has the photo already. */
async function begin({ name, file, modified }: KeptFile, sha256: string): Promise<string> {
  const metadata = { filename: name, sha256, modified: `${modified}` };
  const response = await fetch('/api/uploads', {
    method: 'POST',
    headers: {
      ...tus,
      'upload-length': `${file.size}`,
      'upload-metadata': Object.entries(metadata)
        .map(([key, value]) => `${key} ${base64(value)}`)
        .join(','),
    },
  });
  if (response.status === 200) return 'known';
  const url = response.headers.get('location');
  if (!response.ok || url === null) throw new Error(`refused (${response.status})`);
  return url;
}

/** The offset of an upload; undefined if it no longer exists. */
async function offsetOf(url: string): Promise<number | undefined> {
  const response = await fetch(url, { method: 'HEAD', headers: tus });
  if (response.status >= 500) throw new Error(`busy (${response.status})`);
  const offset = response.headers.get('upload-offset');
  return response.ok && offset !== null ? Number(offset) : undefined;
}
