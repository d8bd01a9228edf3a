/** Damaged and hostile ZIP parts: errors are reported, and the rest can be read. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { openFiles } from '../../src/base/files.js';
import type { PackedEntry, PackedPart } from '../../src/importers/archive-entries.js';
import { openSources } from '../../src/importers/export-files.js';
import { openZip } from '../../src/importers/zip-archive.js';
import { temporaryFolder } from '../folder.js';
import { writeZip } from './make.js';

const room = 1_000;

async function textOf(entry: PackedEntry): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry.open()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Changes a ZIP's bytes and opens it. */
async function altered(path: string, change: (bytes: Buffer) => Buffer): Promise<PackedPart> {
  writeFileSync(path, change(readFileSync(path)));
  return openZip(path, room);
}

/** Writes a number into the record of the n-th entry in the central directory (at offset `at`); returns all bytes. */
function patch(bytes: Buffer, n: number, at: number, value: number, width: 2 | 4): Buffer {
  let record = -1;
  for (let i = 0; i <= n; i++) record = bytes.indexOf(Buffer.from('504b0102', 'hex'), record + 1);
  if (width === 2) bytes.writeUInt16LE(value, record + at);
  else bytes.writeUInt32LE(value, record + at);
  return bytes;
}

it('reads entries in any order and concurrently, also ZIP64', async () => {
  for (const zip64 of [false, true]) {
    const part = await openZip(await writeZip('a.zip', { a: 'one', 'b/c': 'two'.repeat(9_999) }, { zip64 }), room);
    const texts = await Promise.all(part.entries.toReversed().map(textOf));
    expect(texts).toEqual(['two'.repeat(9_999), 'one']);
    part.close();
  }
});

it('detects damaged bytes by their checksum or compressed data', async () => {
  const path = await writeZip('a.zip', { a: 'good', b: 'x'.repeat(5_000) });
  const part = await altered(path, (bytes) => patch(bytes, 1, 16, 1234, 4));
  expect(await textOf(part.entries[0]!)).toBe('good');
  await expect(textOf(part.entries[1]!)).rejects.toMatchObject({ code: 'corrupt' });
  part.close();
});

it('an entry longer or shorter than declared is damaged, and ends at the declared size', async () => {
  for (const size of [100, 1_000_000]) {
    const part = await altered(await writeZip('a.zip', { a: 'x'.repeat(5_000) }), (bytes) =>
      patch(bytes, 0, 24, size, 4),
    );
    await expect(textOf(part.entries[0]!)).rejects.toMatchObject({ code: 'corrupt' });
    part.close();
  }
});

it('encrypted, unknown, and extremely compressed entries are not read', async () => {
  const tree = { a: 'x'.repeat(5_000), b: 'b' };
  const encrypted = await altered(await writeZip('a.zip', tree), (bytes) => patch(bytes, 0, 8, 1, 2));
  const unknown = await altered(await writeZip('a.zip', tree), (bytes) => patch(bytes, 0, 10, 9, 2));
  const bomb = await altered(await writeZip('a.zip', tree), (bytes) => patch(bytes, 0, 24, 0xf0000000, 4));
  expect([encrypted, unknown, bomb].map(({ entries }) => entries[0]!.trouble)).toEqual([
    'is encrypted',
    'uses an unsupported compression method (9)',
    expect.stringMatching(/^unpacks to \d+ times its size$/),
  ]);
  for (const part of [encrypted, unknown, bomb]) {
    expect(await textOf(part.entries[1]!)).toBe('b');
    part.close();
  }
});

it('of overlapping entries the first is read', async () => {
  const part = await altered(await writeZip('a.zip', { a: 'one', b: 'two', c: 'three' }), (bytes) =>
    patch(bytes, 1, 42, 0, 4),
  );
  expect(part.entries.map(({ trouble }) => trouble)).toEqual([
    undefined,
    'overlaps another entry of its ZIP file',
    undefined,
  ]);
  part.close();
});

it('more entries than the limit are rejected', async () => {
  const path = await writeZip('a.zip', Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`${n}`, ''])));
  await expect(openZip(path, 29)).rejects.toMatchObject({ code: 'too-large' });
  (await openZip(path, 30)).close();
});

it('a truncated directory gives the entries before the cut', async () => {
  const part = await altered(await writeZip('a.zip', { a: 'one', b: 'two' }), (bytes) => patch(bytes, 1, 0, 0, 4));
  expect(part).toMatchObject({ entries: [{ path: 'a' }], trouble: expect.stringMatching(/damaged after 1 entries/) });
  part.close();
});

it('names are text, not paths: UTF-8 declared or not, code page 437, and names that point outside the export', async () => {
  const path = join(temporaryFolder(), 'names.zip');
  writeFileSync(
    path,
    zipOf([
      { name: Buffer.from('Zürich/ä.jpg'), flags: 0x800 },
      { name: Buffer.from('Zürich/ö.jpg'), flags: 0 },
      { name: Buffer.from([0x81, 0x2e, 0x6a, 0x70, 0x67]), flags: 0 },
      { name: Buffer.from('../../etc/a.jpg'), flags: 0x800 },
      { name: Buffer.from('C:\\Users\\b.jpg'), flags: 0x800 },
      { name: Buffer.from('/c.jpg'), flags: 0x800 },
      { name: Buffer.from('same.jpg'), flags: 0x800 },
      { name: Buffer.from('same.jpg'), flags: 0x800 },
      { name: Buffer.from('.hidden/d.jpg'), flags: 0x800 },
      { name: Buffer.from('link.jpg'), flags: 0x800, mode: 0o120777 },
    ]),
  );
  const sources = await openSources([path], openFiles());
  expect(sources.entries.map((entry) => entry.path)).toEqual([
    'Zürich/ä.jpg',
    'Zürich/ö.jpg',
    'ü.jpg',
    'etc/a.jpg',
    'Users/b.jpg',
    'c.jpg',
    'same.jpg',
    'same.jpg',
  ]);
  expect(new Set(sources.entries.map(({ id }) => id)).size).toBe(8);
  expect(sources.aside).toEqual([{ path: 'link.jpg', reason: 'is a link or device; these are never followed' }]);
  sources.close();
});

it('other files are rejected', async () => {
  const path = join(temporaryFolder(), 'a.zip');
  writeFileSync(path, 'this is no ZIP');
  await expect(openSources([path], openFiles())).rejects.toMatchObject({ code: 'corrupt' });
  await expect(openSources([`${path}.not.zip`], openFiles())).rejects.toMatchObject({ code: 'not-found' });
});

/** A ZIP with names as raw bytes and one-letter entries, which no writer produces. */
function zipOf(entries: { name: Buffer; flags: number; mode?: number }[]): Buffer {
  const [locals, directory]: [Buffer[], Buffer[]] = [[], []];
  const data = deflateRawSync('a');
  let at = 0;
  for (const { name, flags, mode = 0o100644 } of entries) {
    const fields = Buffer.alloc(26);
    [20, flags, 8, 0, 0x5a21].forEach((value, n) => fields.writeUInt16LE(value, n * 2));
    fields.writeUInt32LE(0xe8b7be43, 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(1, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, name, data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), fields, rest, name]));
    locals.push(local);
    at += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, central, end]);
}
