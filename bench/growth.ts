/**
 * Draws the charts of docs/performance.md: how the cost of questions, of building and of loading the catalog grows with
 * the library. Reads what `npm run bench catalog COUNT` printed, a file per size; measures nothing.
 * `npm run bench growth FOLDER FILE…` writes growth-catalog.svg and growth-build.svg.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The question of this bench. */
export const title = 'Charts of the catalog by library size, from the output of `bench catalog` (FOLDER FILE…)';

/** One line of a chart; `values` by library, in the order of `counts`. */
interface Series {
  name: string;
  values: number[];
}

interface Chart {
  title: string;
  counts: readonly number[];
  series: readonly Series[];
  /** The ends of the value axis, powers of ten. */
  from: number;
  to: number;
  goal?: number;
}

/** Rows of the table, and their names in the chart. */
const questions = {
  'newest 100 tiles': 'newest 100 tiles',
  segments: 'timeline',
  'facet tag': 'facet tag',
  'map: the world': 'map of the world',
  explore: 'explore',
  'search, first 100 tiles and count: a phrase': 'a phrase',
};
const colours = ['#0b63ce', '#c2571a', '#1a8a4a', '#8a4fbf', '#b03a6f', '#a8851a'];

const number = (text: string | undefined, what: string): number => {
  const value = Number(text?.replaceAll(',', ''));
  if (text === undefined || Number.isNaN(value)) throw new Error(`The output has no ${what}.`);
  return value;
};

/** The output of one run: times in ms for queries (p99 of CPU time), in s for the rest. */
function read(path: string) {
  const text = readFileSync(path, 'utf8');
  const find = (pattern: RegExp, what: string): number => number(pattern.exec(text)?.[1], `${what} (${path})`);
  return {
    count: find(/^## Catalog: ([\d,]+) photos/m, 'number of photos'),
    building: find(/building: .*?([\d.]+) s of CPU time/, 'time of building'),
    loading: find(/loading the columns: .*?([\d.]+) s of CPU time/, 'time of loading'),
    of(question: string): number {
      const row = text.split('\n').find((line) => line.startsWith(`| ${question} |`));
      return number(row?.split('|')[4]?.trim(), question);
    },
  };
}

const [left, right, top, bottom] = [64, 510, 40, 308];

/** An SVG with logarithmic axes, readable on a light and a dark background. */
function draw({ title, counts, series, from, to, goal }: Chart): string {
  const along = (value: number, low: number, high: number): number => Math.log(value / low) / Math.log(high / low);
  const x = (count: number): string =>
    (left + (right - left) * along(count, Math.min(...counts), Math.max(...counts))).toFixed(1);
  const height = (value: number): number => bottom - (bottom - top) * along(Math.max(value, from), from, to);
  const y = (value: number): string => height(value).toFixed(1);
  const decades = Array.from({ length: Math.round(Math.log10(to / from)) + 1 }, (_, k) => from * 10 ** k);
  const marks = [
    ...decades.map((value) => {
      const label = Number(value.toPrecision(1)).toLocaleString('en');
      return `<path class="grid" d="M${left} ${y(value)}H${right}"/><text x="56" y="${(height(value) + 4).toFixed(1)}" text-anchor="end">${label}</text>`;
    }),
    ...counts.map((count, k) => {
      // The last two sizes are so near each other that their labels would touch.
      const below = k === counts.length - 1 ? 342 : 326;
      return `<path class="grid" d="M${x(count)} ${top}V${bottom}"/><text x="${x(count)}" y="${below}" text-anchor="middle">${count.toLocaleString('en')}</text>`;
    }),
    `<path class="axis" d="M${left} ${top}V${bottom}H${right}" fill="none"/>`,
    ...(goal === undefined
      ? []
      : [
          `<path class="bound" d="M${left} ${y(goal)}H${right}"/><text x="72" y="${(height(goal) - 6).toFixed(1)}">goal: ${goal} ms</text>`,
        ]),
  ];
  const labels = spread(series.map(({ values }) => height(values.at(-1)!) + 4));
  const lines = series.flatMap(({ name, values }, k) => {
    const points = values.map((value, n) => [x(counts[n]!), y(value)] as const);
    return [
      `<path class="line" stroke="${colours[k]!}" d="M${points.map((point) => point.join(' ')).join('L')}"/>`,
      ...points.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colours[k]!}"/>`),
      `<text x="518" y="${labels[k]!.toFixed(1)}" style="fill:${colours[k]!}">${name}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 360" role="img" aria-label="${title}">`,
    ...style.map((line) => `  ${line}`),
    `  <text x="${left}" y="20" font-weight="600">${title}</text>`,
    ...[...marks, ...lines].map((line) => `  ${line}`),
    '</svg>\n',
  ].join('\n');
}

const style = [
  '<style>',
  '  text { font: 13px system-ui, sans-serif; fill: #1b1b1d }',
  '  .axis { stroke: #8e8e94; stroke-width: 1 }',
  '  .grid { stroke: #d8d8dc; stroke-width: 1 }',
  '  .bound { stroke: #b3261e; stroke-width: 1.5; stroke-dasharray: 5 4 }',
  '  .line { fill: none; stroke-width: 2 }',
  '  @media (prefers-color-scheme: dark) {',
  '    text { fill: #f2f2f3 }',
  '    .grid { stroke: #3a3a3e }',
  '    .bound { stroke: #ff8f86 }',
  '  }',
  '</style>',
];

/** Heights of labels, moved down until they are a line apart. */
function spread(wanted: readonly number[]): number[] {
  const placed: number[] = [];
  let above = -Infinity;
  for (const k of wanted.map((_, k) => k).sort((a, b) => wanted[a]! - wanted[b]!)) {
    placed[k] = above = Math.max(wanted[k]!, above + 15);
  }
  return placed;
}

/** Runs it. Arguments: the folder to write to, the files to read. */
export function run([folder, ...paths]: string[]): void {
  if (folder === undefined || paths.length < 2)
    throw new Error(
      'Give the folder for the charts, and the output of `npm run bench catalog` for at least two sizes.',
    );
  const runs = paths.map(read).sort((a, b) => a.count - b.count);
  const counts = runs.map(({ count }) => count);
  const charts: Record<string, Chart> = {
    'growth-catalog.svg': {
      title: 'Processor time of a question (ms, p99) by photos in the library',
      counts,
      series: Object.entries(questions).map(([row, name]) => ({ name, values: runs.map((one) => one.of(row)) })),
      ...{ from: 0.1, to: 1_000, goal: 50 },
    },
    'growth-build.svg': {
      title: 'Processor time of building and loading the catalog (s) by photos in the library',
      counts,
      series: [
        { name: 'building', values: runs.map(({ building }) => building) },
        { name: 'loading the columns', values: runs.map(({ loading }) => loading) },
      ],
      ...{ from: 0.01, to: 1_000 },
    },
  };
  for (const [name, chart] of Object.entries(charts)) {
    writeFileSync(join(folder, name), draw(chart));
    console.log(`${join(folder, name)}: ${counts.map((count) => count.toLocaleString('en')).join(', ')} photos`);
  }
}
