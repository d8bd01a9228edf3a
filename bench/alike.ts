/**
 * The similarity of copies of real photos and of different pictures by perceptual hash, and the duration of grouping:
 * the basis of the thresholds in src/document/same-picture.ts. Pictures are thumbs, as in the album.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { openSqlite } from '../src/base/sqlite.js';
import { openCatalog } from '../src/catalog/catalog.js';
import { compareLooks, detailOf, lookLength, type Likeness } from '../src/document/perceptual-hash.js';
import { isAlike, lookBounds } from '../src/document/same-picture.js';
import { look } from '../src/photo/decode/render.js';
import { encoding, thumbBox } from '../src/photo/decode/renditions.js';

export const title = 'what copies of photos have in common, what other pictures, and how long grouping takes';

async function lookAt(picture: Sharp): Promise<Uint8Array> {
  const bytes = await picture.flatten().toColourspace('srgb').png({ compressionLevel: 0 }).toBuffer();
  const thumb = sharp(bytes).resize({ ...thumbBox, fit: 'inside', withoutEnlargement: true });
  return look(await thumb.jpeg(encoding).toBuffer());
}

/** Kinds of copies. */
const copies: Record<string, (picture: Sharp, width: number, height: number) => Sharp> = {
  'half the size': (picture, width) => picture.resize({ width: Math.round(width / 2) }).jpeg({ quality: 90 }),
  'quality 40': (picture) => picture.jpeg({ quality: 40 }),
  'messenger: 800 px, quality 50': (picture) => picture.resize({ width: 800 }).jpeg({ quality: 50 }),
  WebP: (picture) => picture.webp({ quality: 70 }),
  '10 % brighter': (picture) => picture.modulate({ brightness: 1.1 }).jpeg({ quality: 85 }),
  'more contrast and colour': (picture) => picture.linear(1.15, -15).modulate({ saturation: 1.2 }).jpeg(),
  sharpened: (picture) => picture.sharpen({ sigma: 2 }).jpeg(),
  '2 % cut off': (picture, width, height) => cut(picture, width, height, 0.02),
  '4 % cut off': (picture, width, height) => cut(picture, width, height, 0.04),
  '8 % cut off': (picture, width, height) => cut(picture, width, height, 0.08),
  'black and white': (picture) => picture.greyscale().jpeg(),
  mirrored: (picture) => picture.flop().jpeg(),
};

function cut(picture: Sharp, width: number, height: number, part: number): Sharp {
  const [left, top] = [Math.round((width * part) / 2), Math.round((height * part) / 2)];
  return picture.extract({ left, top, width: width - 2 * left, height: height - 2 * top }).jpeg();
}

/** Pictures that are not copies of each other. */
const others: Record<string, (n: number) => Sharp> = {
  'pages of text': (n) => drawn(textPage(n)),
  chats: (n) => drawn(chat(n)),
  skies: (n) => drawn(sky(n)),
  'black frames': (n) => noise('#020202', 1 + (n % 3)),
  walls: (n) => noise(`hsl(${(n * 37) % 360}, 10%, ${60 + (n % 20)}%)`, 4),
};

const drawn = (body: string): Sharp =>
  sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="1080" height="1920">${body}</svg>`));
const random = (seed: number): (() => number) => {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => (state = (state * 1_664_525 + 1_013_904_223) >>> 0) / 2 ** 32;
};

/** Words as bars, like small text. */
function textPage(n: number): string {
  const next = random(n + 1);
  let bars = '<rect width="1080" height="1920" fill="#fff"/>';
  for (let y = 160, short = 0; y < 1800; y += 44) {
    if (next() < 0.12) short = next() * 700;
    for (let x = 90; x < 990 - short;) {
      const width = 30 + next() * 110;
      bars += `<rect x="${x}" y="${y}" width="${Math.min(width, 990 - x)}" height="18" fill="#333"/>`;
      x += width + 14;
    }
    if (short > 0) y += 24;
    short = 0;
  }
  return bars;
}

function chat(n: number): string {
  const next = random(n + 500);
  let drawing = '<rect width="1080" height="1920" fill="#efe7dd"/><rect width="1080" height="170" fill="#0a6e5c"/>';
  for (let y = 220; y < 1760;) {
    const [mine, width, height] = [next() < 0.5, 250 + next() * 520, 80 + Math.floor(next() * 4) * 52];
    drawing += `<rect x="${mine ? 1040 - width : 40}" y="${y}" width="${width}" height="${height}" rx="20" fill="${mine ? '#d8fcd0' : '#fff'}"/>`;
    for (let line = y + 24; line < y + height - 20; line += 52)
      drawing += `<rect x="${(mine ? 1040 - width : 40) + 24}" y="${line}" width="${(width - 48) * (0.4 + next() * 0.6)}" height="20" fill="#444"/>`;
    y += height + 24;
  }
  return drawing;
}

function sky(n: number): string {
  const next = random(n + 900);
  const [top, low] = [30 + next() * 25, 65 + next() * 25];
  return `<defs><linearGradient id="g" x2="${next() * 0.3}" y2="1"><stop stop-color="hsl(210,60%,${top}%)"/><stop offset="1" stop-color="hsl(205,50%,${low}%)"/></linearGradient></defs><rect width="1080" height="1920" fill="url(#g)"/>`;
}

const noise = (background: string, sigma: number): Sharp =>
  sharp({
    create: { width: 800, height: 600, channels: 3, background, noise: { type: 'gaussian', mean: 0, sigma } },
  }).composite([
    {
      input: { create: { width: 800, height: 600, channels: 4, background: { ...rgb(background), alpha: 0.9 } } },
      blend: 'over',
    },
  ]);
const rgb = (background: string): { r: number; g: number; b: number } => {
  const [hue = 0, , light = 1] = (background.match(/\d+/g) ?? []).map(Number);
  return background.startsWith('#')
    ? { r: 2, g: 2, b: 2 }
    : { r: light * 2.5, g: light * 2.4 + hue / 60, b: light * 2.4 };
};

const quantile = (values: number[], part: number): string =>
  ([...values].sort((a, b) => a - b)[Math.round(part * (values.length - 1))] ?? NaN).toFixed(2);

function tell(name: string, all: readonly Likeness[], found: number): void {
  const of = (key: keyof Likeness): number[] => all.map((one) => one[key]);
  console.log(
    `${name.padEnd(32)} ${found}/${all.length} alike; bits 50 % ${quantile(of('bits'), 0.5)} 90 % ${quantile(of('bits'), 0.9)}` +
      `; whole 10 % ${quantile(of('whole'), 0.1)}; fine 10 % ${quantile(of('fine'), 0.1)} 50 % ${quantile(of('fine'), 0.5)}; colour 90 % ${quantile(of('colour'), 0.9)}`,
  );
}

/** Prints the similarities, and the duration of grouping. */
export async function run([folder = '../shared/photos', most = '80', many = '20000']: string[]): Promise<void> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(jpe?g|heic|webp|png)$/i.test(name))
    .sort();
  const every = Math.max(1, Math.floor(names.length / Number(most)));
  const originals: { name: string; look: Uint8Array }[] = [];
  const rows: Record<string, { likeness: Likeness; alike: boolean }[]> = {};
  for (const name of names.filter((_, at) => at % every === 0)) {
    try {
      const box = { width: 1600, height: 1600, fit: 'inside', withoutEnlargement: true } as const;
      const upright = sharp(join(folder, name)).rotate().resize(box).flatten().toColourspace('srgb');
      const { data, info } = await upright.png({ compressionLevel: 0 }).toBuffer({ resolveWithObject: true });
      const own = await lookAt(sharp(data));
      originals.push({ name, look: own });
      if (detailOf(own) < lookBounds.detail) continue;
      for (const [how, make] of Object.entries(copies)) {
        const copy = await lookAt(sharp(await make(sharp(data), info.width, info.height).toBuffer()));
        (rows[how] ??= []).push({ likeness: compareLooks(own, copy), alike: isAlike(own, copy) });
      }
    } catch {
      // A damaged picture is not a sample.
    }
  }
  console.log(`${originals.length} photos of ${folder}`);
  const plain = originals.filter(({ look: one }) => detailOf(one) < lookBounds.detail);
  console.log(
    `  too little detail: ${plain.map(({ name, look: one }) => `${name} ${detailOf(one).toFixed(2)}`).join(', ')}`,
  );
  for (const [how, all] of Object.entries(rows))
    tell(
      how,
      all.map(({ likeness }) => likeness),
      all.filter(({ alike }) => alike).length,
    );
  pairsOf('different photos', originals);
  for (const [what, make] of Object.entries(others)) {
    const made: { name: string; look: Uint8Array }[] = [];
    for (let n = 0; n < 30; n++) made.push({ name: `${what} ${n}`, look: await lookAt(make(n)) });
    console.log(
      `${what}: detail ${quantile(
        made.map(({ look: one }) => detailOf(one)),
        0,
      )} to ${quantile(
        made.map(({ look: one }) => detailOf(one)),
        1,
      )}`,
    );
    pairsOf(what, made);
  }
  group(
    originals.map(({ look: one }) => one),
    Number(many),
  );
}

/** All pairs, and the similar ones. */
function pairsOf(what: string, all: readonly { name: string; look: Uint8Array }[]): void {
  const near: { text: string; bits: number }[] = [];
  const shown = all.filter(({ look: one }) => detailOf(one) >= lookBounds.detail);
  let pairs = 0;
  let found = 0;
  let least = 64;
  for (const [at, a] of shown.entries())
    for (const b of shown.slice(at + 1)) {
      pairs++;
      const { bits, whole, fine, colour } = compareLooks(a.look, b.look);
      const alike = isAlike(a.look, b.look);
      if (alike) found++;
      else least = Math.min(least, bits);
      if (alike || bits <= 8)
        near.push({
          bits,
          text: `  ${alike ? 'ALIKE' : 'near '} bits ${bits} whole ${whole.toFixed(2)} fine ${fine.toFixed(2)} colour ${colour.toFixed(1)}: ${a.name} | ${b.name}`,
        });
    }
  console.log(`${what}: ${found} of ${pairs} pairs alike; of the others the nearest differ in ${least} bits`);
  for (const { text } of near.sort((a, b) => a.bits - b.bits).slice(0, 60)) console.log(text);
}

/** Fills a table with hashes of which every tenth is a copy. */
function group(samples: readonly Uint8Array[], count: number): void {
  const db = openSqlite(':memory:');
  const { looks } = openCatalog(db);
  const insert =
    db.prepare(`INSERT INTO catalog_photo (n, id, version, taken, added, width, height, type, state, rating, words, motion)
    VALUES (?, ?, 'v', '', 0, 1, 1, 'image/jpeg', 0, 0, '', 0)`);
  const next = random(7);
  const id = Buffer.alloc(32);
  let before: Uint8Array | undefined;
  const begin = performance.now();
  let last = begin;
  for (let from = 0; from < count; from += 64)
    db.transaction(() => {
      for (let at = from; at < Math.min(count, from + 64); at++) {
        let one: Uint8Array = Uint8Array.from(samples[at % samples.length]!);
        for (let bit = 0; bit < 63; bit++) if (next() < 0.3) one[bit >> 3]! ^= 1 << (bit & 7);
        if (at % 10 === 9 && before) one = Uint8Array.from(before);
        for (let cell = 8; cell < lookLength && at % 10 !== 9; cell++) one[cell] = (one[cell]! + next() * 40) & 255;
        id.writeUInt32BE(at, 0);
        insert.run(at, id);
        looks.put([{ id: id.toString('hex'), version: 'v', look: one }]);
        before = one;
      }
      if ((from / 64) % 100 === 99) {
        const now = performance.now();
        console.log(`  ${from + 64}: ${((now - last) / 6400).toFixed(3)} ms a photo`);
        last = now;
      }
    });
  console.log(`${count} looks were put in ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  db.close();
}
