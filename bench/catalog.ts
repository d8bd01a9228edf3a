/**
 * Does the catalog answer within 50 ms with a million photos? Creates that many synthetic ones in a temporary folder,
 * and runs every kind of query many times, each with other values and after a write, so that no cache answers; prints a
 * Markdown table. `npm run bench catalog [COUNT] [RUNS] [people]`; with `people` the photos belong to ten people and
 * the house (people.ts), and each query is run as each viewer, after an edit and right after the end of a membership.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openItemAccess } from '../src/access/item-access.js';
import { openSqlite, type Sqlite } from '../src/base/sqlite.js';
import { openCatalog, owner, type Box, type Catalog, type Viewer } from '../src/catalog/catalog.js';
import { parseQuery } from '../src/catalog/search-parser.js';
import type { Body } from '../src/document/photo-document.js';
import type { FirstAnswers } from './first-answer.js';
import { measureAlike } from './grouping.js';
import { openPeopleLibrary, type PeopleLibrary } from './people.js';
import { makeRandom, syntheticPhotos, tagName, type SyntheticPhoto } from './synthetic.js';
import { percentile, seconds, worstDelay } from './timing.js';

export const title = 'every question to a catalog of 1,000,000 photos, against 50 ms';

const bound = 50;
const accessOfFamily = openItemAccess({
  ...{ find: () => undefined, isThere: () => true, hasAlbum: () => false },
  ...{ offers: () => [], itemsIn: () => new Set<string>() },
});
const seed = 7;

/** The library under test. */
interface Subject {
  db: Sqlite;
  catalog: Catalog;
  random: () => number;
  /** Some documents to edit. */
  sample: SyntheticPhoto[];
  cursors: string[];
  people: PeopleLibrary | undefined;
}

/** One kind of query; `ask` is timed. */
interface Question {
  name: string;
  ask: (subject: Subject, viewer: Viewer) => unknown;
  /** The viewer in a library without people; default: the owner. */
  viewer?: Viewer;
}

/** Measures; the first argument is the number of photos, the second the number of runs per query. */
export async function run(args: string[]): Promise<void> {
  const count = Number(args[0] ?? 1_000_000);
  const runs = Number(args[1] ?? 200);
  const people = args[2] === 'people' ? openPeopleLibrary(seed) : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'photospool-bench-'));
  try {
    const file = join(folder, 'library.db');
    const db = openSqlite(file);
    console.log(`## Catalog: ${count.toLocaleString('en')} photos\n`);
    console.log(
      `Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${runs} runs of each question.\n`,
    );
    const subject = await build(db, count, people);
    console.log(
      `- database file: ${megabytes(statSync(file).size)}, of that ${chunkSizes(db)} of copies of the columns`,
    );
    measureStart(file, people !== undefined);
    measureAll(subject, runs, edit);
    if (people) {
      console.log('Right after a membership was ended:\n');
      measureAll(subject, runs, () => people.revoke());
    }
    await measureLoop(subject, runs);
    if (!people) await measureAlike(subject.db, subject.catalog, runs);
    db.close();
  } finally {
    await rm(folder, { recursive: true });
  }
}

function chunkSizes(db: Sqlite): string {
  const sizes = 'sum(length(numbers)) AS numbers, sum(length(vals)) AS vals';
  const { numbers, vals } = db.prepare<{ numbers: number; vals: number }>(`SELECT ${sizes} FROM catalog_chunk`).get()!;
  return `${megabytes(numbers + vals)} (${megabytes(numbers)} for the timeline)`;
}

/** The first answers after a start, by a process of its own: medians of five. */
function measureStart(file: string, people: boolean): void {
  const script = join(import.meta.dirname, 'main.ts');
  const args = ['--import', 'tsx', script, 'first-answer', file, ...(people ? [String(seed)] : [])];
  const answers = Array.from(
    { length: 5 },
    () => JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as FirstAnswers,
  );
  const median = (of: (one: FirstAnswers) => number): string => `${percentile(answers.map(of), 0.5).toFixed(0)} ms`;
  console.log(
    `- first answer after a start (medians of ${answers.length}): newest 100 tiles after ${median(({ tiles }) => tiles)}, the timeline after ${median(({ segments }) => segments)} (${median(({ work }) => work.segments)} of CPU time), facets after ${median(({ tags }) => tags)} (${median(({ work }) => work.tags)}); the event loop never held up for more than ${Math.max(...answers.map(({ blocked }) => blocked)).toFixed(0)} ms\n`,
  );
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

async function build(db: Sqlite, count: number, people: PeopleLibrary | undefined): Promise<Subject> {
  const catalog = openCatalog(db, { access: people?.access ?? (() => accessOfFamily) });
  const sample: SyntheticPhoto[] = [];
  let making = 0;
  let makingWork = 0;
  const start = performance.now();
  const startWork = computed();
  catalog.clear();
  const photos = syntheticPhotos(count, seed);
  for (let done = false; !done;) {
    const before = performance.now();
    const beforeWork = computed();
    const batch: SyntheticPhoto[] = [];
    while (batch.length < 5_000 && !done) {
      const next = photos.next();
      if (next.done === true) done = true;
      else batch.push(people ? people.assign(next.value) : next.value);
    }
    making += performance.now() - before;
    makingWork += computed() - beforeWork;
    sample.push(...batch.slice(0, 3));
    db.transaction(() => batch.forEach(({ id, document }) => catalog.index(id, document as unknown as Body, 1)));
  }
  const indexed = performance.now();
  catalog.finish();
  const finished = performance.now();
  console.log(
    `- building: ${seconds(finished - start - making)} (of that \`finish\` ${seconds(finished - indexed)}), ${seconds(computed() - startWork - makingWork)} of CPU time; making the documents took ${seconds(making)} more`,
  );
  globalThis.gc?.();
  const before = process.memoryUsage();
  const loading = performance.now();
  const loadingWork = computed();
  const delay = await worstDelay(() => catalog.load());
  console.log(
    `- loading the columns: ${seconds(performance.now() - loading)}, ${seconds(computed() - loadingWork)} of CPU time, the event loop never held up for more than ${delay.toFixed(0)} ms`,
  );
  globalThis.gc?.();
  const after = process.memoryUsage();
  const more = (part: 'rss' | 'arrayBuffers' | 'heapUsed'): string => megabytes(after[part] - before[part]);
  console.log(
    `- memory: ${more('rss')} more than before loading, of that columns ${more('arrayBuffers')} and objects ${more('heapUsed')}`,
  );
  if (people) {
    const rows = (table: string): number => db.prepare<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).get()!.n;
    console.log(`- ${rows('catalog_class')} access classes, ${rows('catalog_term')} distinct album entries`);
  }
  const cursors = catalog.segments(parseQuery('')).map(({ cursor }) => cursor);
  return { db, catalog, random: makeRandom(seed), sample, cursors, people };
}

const family: Viewer = { onlooker: { kind: 'person', person: 'P', actsForHouse: false } };
const pick = <T>({ random }: Subject, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
const cameras = ['canon', '"eos 40d"', 'iphone', 'nikon', '"Pixel 7"', 'sony', 'samsung'];
const common = [
  'sunset',
  'beach',
  'birthday',
  'the',
  'img',
  'harbour',
  'germany',
  'canon',
  'jpg',
  'family',
  'york',
  'garden',
];
const beginnings = ['be', 'im', 'ca', 'su', 'gar', 'dsc', '202', '2019', 'mar', 'san', 'ger', 'port', 'pxl', 'a', '1'];
const phrases = [
  '"the beach"',
  '"first snow"',
  '"old town"',
  '"the at"',
  '"evening with"',
  '"img 0012"',
  '"with the"',
  '"東京"',
];
const tag = (subject: Subject): string => `tag:"${tagName(Math.floor(2_000 ** subject.random()) - 1)}"`;

/** The filters of queries. */
const filters: { name: string; text: (subject: Subject) => string; viewer: Viewer }[] = [
  { name: 'all', text: () => '', viewer: owner },
  { name: 'tag', text: tag, viewer: owner },
  { name: 'audience', text: () => '', viewer: family },
  { name: 'camera', text: (subject) => `camera:${pick(subject, cameras)}`, viewer: owner },
  { name: 'word', text: (subject) => pick(subject, common), viewer: owner },
];

function box(subject: Subject, zoom: number): Box {
  const across = Math.min(360, (360 / 2 ** zoom) * 5);
  const west = across === 360 ? -180 : subject.random() * 360 - 180;
  const south = Math.max(-85, subject.random() * 120 - 60 - across / 4);
  return {
    west,
    east: across === 360 ? 180 : ((west + across + 180) % 360) - 180,
    south,
    north: Math.min(85, south + across / 2),
  };
}

const kinds: { name: string; ask: (subject: Subject, text: string, viewer: Viewer) => unknown }[] = [
  {
    name: 'newest 100 tiles',
    ask: ({ catalog }, text, viewer) => catalog.tiles(parseQuery(text), { limit: 100, viewer }),
  },
  {
    name: '100 tiles at any depth',
    ask: (subject, text, viewer) =>
      subject.catalog.tiles(parseQuery(text), { limit: 100, viewer, cursor: pick(subject, subject.cursors) }),
  },
  { name: 'count', ask: ({ catalog }, text, viewer) => catalog.count(parseQuery(text), viewer) },
  { name: 'months', ask: ({ catalog }, text, viewer) => catalog.months(parseQuery(text), viewer) },
  { name: 'segments', ask: ({ catalog }, text, viewer) => catalog.segments(parseQuery(text), { viewer }) },
  ...(['tag', 'camera', 'lens', 'place', 'album'] as const).map((kind) => ({
    name: `facet ${kind}`,
    ask: ({ catalog }: Subject, text: string, viewer: Viewer) => catalog.facet(kind, parseQuery(text), viewer),
  })),
  { name: 'explore', ask: ({ catalog }, text, viewer) => catalog.explore(parseQuery(text), 12, viewer) },
  {
    name: 'map: the world',
    ask: ({ catalog }, text, viewer) =>
      catalog.map({ south: -85, west: -180, north: 85, east: 180 }, 2, parseQuery(text), viewer),
  },
  {
    name: 'map: a part of it',
    ask: (subject, text, viewer) => {
      const zoom = 3 + Math.floor(subject.random() * 12);
      return subject.catalog.map(box(subject, zoom), zoom, parseQuery(text), viewer);
    },
  },
];

const questions: Question[] = [
  ...kinds.flatMap(({ name, ask }) =>
    filters.map(({ name: filter, text, viewer }) => ({
      name: filter === 'all' ? name : `${name}, under a filter: ${filter}`,
      ask: (subject: Subject, as: Viewer) => ask(subject, text(subject), as),
      viewer,
    })),
  ),
  ...Object.entries<(subject: Subject) => string>({
    'tag:x': tag,
    'tag:x -tag:y': (subject) => `${tag(subject)} -${tag(subject)}`,
    'one word': (subject) => `"${pick(subject, common)}"`,
    'a beginning of 1 to 4 letters': (subject) => pick(subject, beginnings),
    'two words': (subject) => `${pick(subject, common)} ${pick(subject, common)}`,
    'a phrase': (subject) => pick(subject, phrases),
    'many conditions that few photos meet': () => 'is:favourite rating:5 iso:>=3200 -is:reviewed -img taken:..2024',
  }).map(([name, text]) => ({
    name: `search, first 100 tiles and count: ${name}`,
    ask: (subject: Subject, viewer: Viewer) => {
      const query = parseQuery(text(subject));
      return [subject.catalog.tiles(query, { limit: 100, viewer }), subject.catalog.count(query, viewer)];
    },
  })),
  { name: 'edit (durable), then the page that shows it', ask: editAndAsk },
];

let edits = 0;

/** Changes a photo's title durably, as the library does inside its transaction. */
function edit({ db, catalog, sample }: Subject): string {
  const photo = sample[edits++ % sample.length]!;
  const title = `edited${edits}`;
  const facts = { ...photo.document.facts, title };
  db.transaction(() => catalog.index(photo.id, { ...photo.document, facts }, edits));
  return title;
}

function editAndAsk(subject: Subject): void {
  const title = edit(subject);
  const found = subject.catalog.tiles(parseQuery(`"${title}" -is:trashed`)).tiles.length;
  const trashed = subject.catalog.count(parseQuery(`"${title}" is:trashed`));
  if (found + trashed !== 1) throw new Error(`The edit “${title}” is not in the next answer.`);
}

/** The CPU milliseconds of this process over all threads. */
const computed = (): number => (process.cpuUsage().user + process.cpuUsage().system) / 1000;

/** Albums with members: the photos of one, and the counts and covers of all that the viewer sees, as the page asks. */
const albumQuestions: Question[] = [
  ...kinds.map(({ name, ask }) => ({
    name: `${name}, in a shared album`,
    ask: (subject: Subject, as: Viewer) => ask(subject, `in:${pick(subject, subject.people!.albums)}`, as),
  })),
  {
    name: 'counts and covers of the shared albums',
    ask: ({ catalog, people }, viewer) => {
      const access = people!.access();
      const { onlooker } = viewer;
      const seen = people!.albums.filter((album) => onlooker !== undefined && access.seesAlbum(onlooker, album));
      return catalog.albums(
        seen.map((album) => ({ album })),
        viewer,
      );
    },
  },
];

/** The queries of a library; with people, each person runs those of the family, and those of shared albums. */
const questionsOf = ({ people }: Subject): Question[] =>
  people
    ? [...questions.filter(({ viewer, ask }) => viewer !== family && ask !== editAndAsk), ...albumQuestions]
    : questions;

/** Runs all queries, each after `change`; with people, as one viewer after the other. */
function measureAll(subject: Subject, runs: number, change: (subject: Subject) => void): void {
  const all = questionsOf(subject);
  let slow = 0;
  let cold = 0;
  // The first runs are warm-up: at least one by each viewer.
  const warm = Math.max(5, subject.people?.viewers.length ?? 0);
  console.log('| question | p50 ms | p99 ms | p99 CPU ms | p99 below 50 ms |\n|---|---|---|---|---|');
  for (const { name, ask, viewer = owner } of all) {
    const [times, work]: [number[], number[]] = [[], []];
    for (let k = -warm; k < runs; k++) {
      change(subject);
      const as = subject.people?.viewers.at(k % subject.people.viewers.length) ?? viewer;
      const [start, before] = [performance.now(), computed()];
      ask(subject, as);
      const took = performance.now() - start;
      if (k < 0) cold = Math.max(cold, took);
      if (k < 0) continue;
      work.push(computed() - before);
      times.push(took);
    }
    const [p50, p99, cpu] = [percentile(times, 0.5), percentile(times, 0.99), percentile(work, 0.99)];
    if (p99 >= bound) slow++;
    console.log(
      `| ${name} | ${[p50, p99, cpu].map((ms) => ms.toFixed(1)).join(' | ')} | ${p99 < bound ? 'yes' : '**no**'} |`,
    );
  }
  console.log(
    `\n${slow === 0 ? 'All' : `${all.length - slow} of ${all.length}`} questions have a p99 below ${bound} ms.`,
  );
  console.log(`The slowest run of a warm-up took ${cold.toFixed(0)} ms.`);
  console.log(`Programs that wanted to run meanwhile: ${loadavg()[1]!.toFixed(1)} on ${cpus().length} cores.\n`);
}

/** How long other work is blocked during consecutive queries. */
async function measureLoop(subject: Subject, runs: number): Promise<void> {
  const delay = await worstDelay(async () => {
    for (let k = 0; k < runs; k++) {
      const { ask, viewer = owner } = pick(subject, questionsOf(subject));
      ask(subject, subject.people ? pick(subject, subject.people.viewers) : viewer);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  });
  console.log(
    `While ${runs} questions of all kinds came one after the other, a timer of 1 ms was late by at most ${delay.toFixed(0)} ms.`,
  );
}
