/** Sample pictures of land: ridges in the morning, a lake in the evening, dunes, a forest in fog. */
import {
  area,
  band,
  clouds,
  glow,
  gradient,
  mix,
  numbers,
  peaks,
  svg,
  veil,
  type Painting,
  type Size,
} from './paint-tools.js';

/** Ridge behind ridge, paler with distance, just after sunrise. */
export async function ridges(size: Size): Promise<Painting> {
  const { width, height } = size;
  const count = 8;
  const layers = Array.from({ length: count }, (_, n) => {
    const share = n / (count - 1);
    const top = height * (0.44 + 0.5 * share ** 1.25);
    const tall = height * (0.1 + 0.11 * share);
    const colour = mix(mix('#f0b49a', '#9a6f86', Math.min(1, share * 1.8)), '#1d2540', share ** 0.9);
    const line = (x: number): number => {
      const u = (x / width) * (2.2 + n * 0.5) + n * 7.3;
      return top - tall * (1.5 * clouds(u, n, 11 + n, 6) - 0.6);
    };
    return (
      `<g>${gradient(`r${n}`, [
        [0, colour],
        [0.55, mix(colour, '#f7c9a4', 0.42 * (1 - share))],
        [1, mix(colour, '#ffd9b0', 0.5 * (1 - share))],
      ])}</g>` + area(size, `url(#r${n})`, line, 4)
    );
  });
  const defs =
    gradient('sky', [
      [0, '#56749f'],
      [0.24, '#9aa5bd'],
      [0.42, '#f3c3a0'],
      [0.56, '#ffdca8'],
    ]) +
    glow('sun', [
      [0, '#fffbe8', 1],
      [0.075, '#fff3cf', 1],
      [0.095, '#ffdf9d', 0.75],
      [0.4, '#ffc784', 0.28],
      [1, '#ffb070', 0],
    ]);
  const sun = `<circle cx="${width * 0.66}" cy="${height * 0.37}" r="${height * 0.5}" fill="url(#sun)"/>`;
  const wisps = await veil(
    size,
    '#ffe2ce',
    (x, y) => 1.5 * (clouds(x * 3, y * 22, 5) - 0.52) * Math.exp(-(((y - 0.2) / 0.16) ** 2)),
  );
  return { ground: svg(size, defs, band(size, 0, height, 'url(#sky)') + sun + layers.join('')), layers: [wisps] };
}

/** Mountains reflected in still water, after sunset. */
export async function lake(size: Size): Promise<Painting> {
  const { width, height } = size;
  const shore = height * 0.58;
  const above = { width, height: shore };
  const range = (n: number, fill: string, tall: number): string =>
    area(above, fill, (x) => shore - tall * (0.15 + peaks((x / width) * (1.1 + n * 0.9) + n * 3.3, 40 + n)), 4);
  const scene =
    band(size, 0, shore, 'url(#sky)') +
    `<circle cx="${width * 0.2}" cy="${height * 0.12}" r="${height * 0.011}" fill="#f6efdf"/>` +
    range(1, 'url(#far)', height * 0.4) +
    range(2, 'url(#mid)', height * 0.24) +
    range(3, 'url(#near)', height * 0.1) +
    treeline(above, '#0b1322', 77, height * 0.05, () => shore);
  const defs =
    gradient('sky', [
      [0, '#1d3566'],
      [0.4, '#5a72a8'],
      [0.72, '#d59aa6'],
      [1, '#ffc795'],
    ]) +
    gradient('far', [
      [0, '#6d6f9f'],
      [1, '#d9a0a4'],
    ]) +
    gradient('mid', [
      [0, '#33446f'],
      [1, '#7c6f95'],
    ]) +
    gradient('near', [
      [0, '#18263f'],
      [1, '#25314d'],
    ]) +
    gradient('deep', [
      [0, '#0e1a33', 0.05],
      [0.4, '#0c1730', 0.3],
      [1, '#070e1f', 0.85],
    ]);
  const mirror = `<g transform="translate(0 ${2 * shore}) scale(1 -1)">${scene}</g>`;
  const depth = (y: number): number => Math.max(0, y - shore / height);
  const ripples = await veil(size, '#dcbcc6', (x, y) =>
    depth(y) > 0.004 ? 0.55 * (clouds(x * 3, depth(y) * 130 + x, 8, 4) - 0.54) : 0,
  );
  const breeze = await veil(
    size,
    '#101c38',
    (x, y) => 2.4 * (clouds(x * 2 + 5, depth(y) * 60, 18, 4) - 0.55) * Math.min(1, depth(y) * 12),
    500,
  );
  return {
    ground: svg(size, defs, mirror + band(size, shore, height - shore, 'url(#deep)') + scene),
    layers: [breeze, ripples],
  };
}

/** Sand in low light: each crest has a bright side and a dark one. */
export async function dunes(size: Size): Promise<Painting> {
  const { width, height } = size;
  const crest = (n: number, x: number): number => {
    const u = x / width;
    const sway = Math.sin(u * (2.1 + n * 0.8) + n * 2.2) * 0.06 + Math.sin(u * (5 + n) + n) * 0.012;
    return height * (0.42 + n * 0.12 + sway * (0.6 + n * 0.28));
  };
  const dune = (n: number): string => {
    const fade = n / 4;
    const light = mix('#f2c48f', '#dd8d47', fade);
    const dark = mix('#b9805f', '#4a2417', fade);
    const edge = (x: number): number =>
      crest(n, x) + height * (0.02 + 0.16 * (0.5 + 0.5 * Math.sin((x / width) * (3 + n) + n * 1.7))) * (0.5 + fade);
    return (
      gradient(`l${n}`, [
        [0, mix(light, '#fff0cf', 0.35)],
        [0.5, light],
        [1, mix(light, dark, 0.55)],
      ]) +
      gradient(`d${n}`, [
        [0, dark],
        [0.7, mix(dark, light, 0.25)],
        [1, mix(dark, light, 0.6)],
      ]) +
      area(size, `url(#l${n})`, (x) => crest(n, x), 4) +
      `<path d="${leeSide(width, (x) => crest(n, x), edge)}" fill="url(#d${n})"/>`
    );
  };
  const defs = gradient('sky', [
    [0, '#3f6fa3'],
    [0.3, '#9cb9cc'],
    [0.46, '#f4dcba'],
  ]);
  const shapes = band(size, 0, height, 'url(#sky)') + [0, 1, 2, 3, 4].map(dune).join('');
  const sand = await veil(
    size,
    '#ffe2b4',
    (x, y) =>
      y < 0.62 ? 0 : 0.26 * Math.sin((y * 260 + 14 * clouds(x * 5, y * 7, 4, 3)) * (1.3 - y * 0.6)) * (y - 0.62),
    1000,
  );
  return { ground: svg(size, defs, shapes), layers: [sand] };
}

function leeSide(width: number, from: (x: number) => number, to: (x: number) => number): string {
  const xs = Array.from({ length: Math.ceil(width / 8) + 2 }, (_, n) => n * 8);
  const line = (list: number[], at: (x: number) => number): string =>
    list.map((x) => `${x},${at(x).toFixed(1)}`).join(' ');
  return `M${line(xs, from)} L${line(xs.reverse(), to)} Z`;
}

/** Firs, row behind row, in morning fog. */
export async function forest(size: Size): Promise<Painting> {
  const { width, height } = size;
  const rows = 7;
  const layers = Array.from({ length: rows }, (_, n) => {
    const share = n / (rows - 1);
    const colour = mix('#b4c6c2', '#0d2420', share ** 0.75);
    const ground = (x: number): number =>
      height * (0.34 + 0.6 * share) - height * 0.1 * (clouds((x / width) * 1.6 + n * 5, n, 90 + n, 3) - 0.5) * 2;
    const fog = `${gradient(`f${n}`, [
      [0, '#dfe7e2', 0],
      [1, '#dfe7e2', 0.62 - 0.5 * share],
    ])}${band(size, height * (0.26 + 0.6 * share), height * 0.3, `url(#f${n})`)}`;
    return (
      treeline(size, colour, 200 + n, height * (0.1 + 0.2 * share), ground) +
      area(size, colour, ground) +
      (n < rows - 1 ? fog : '')
    );
  });
  const defs =
    gradient('sky', [
      [0, '#c9d6d6'],
      [0.5, '#e9ede6'],
      [1, '#dfe7e2'],
    ]) +
    glow('sun', [
      [0, '#fff9e6', 0.95],
      [0.35, '#fff4d8', 0.45],
      [1, '#fff4d8', 0],
    ]);
  const sun = `<circle cx="${width * 0.3}" cy="${height * 0.16}" r="${height * 0.4}" fill="url(#sun)"/>`;
  const mist = await veil(
    size,
    '#ecf1ec',
    (x, y) => 0.85 * (clouds(x * 2.4, y * 9, 55) - 0.47) * Math.sin(Math.PI * Math.min(1, y * 1.15)),
  );
  return { ground: svg(size, defs, band(size, 0, height, 'url(#sky)') + sun + layers.join('')), layers: [mist] };
}

/** A row of firs along a line. `tall` is the height of the tallest, in pixels. */
function treeline({ width }: Size, colour: string, seed: number, tall: number, ground: (x: number) => number): string {
  const next = numbers(seed);
  const trees: string[] = [];
  for (let x = -tall; x < width + tall; x += tall * (0.08 + 0.3 * next() ** 1.6))
    trees.push(fir(x, ground(x) + tall * 0.06, tall * (0.4 + 0.6 * next()), next));
  return `<path d="${trees.join('')}" fill="${colour}"/>`;
}

function fir(x: number, foot: number, tall: number, next: () => number): string {
  const steps = 9;
  const side = (sign: number): string[] =>
    Array.from({ length: steps }, (_, n) => {
      const share = (n + 1) / steps;
      const reach = tall * 0.19 * share ** 0.85 * (0.72 + 0.5 * next());
      const y = foot - tall * (1 - share * 0.95);
      return `${(x + sign * reach).toFixed(1)},${y.toFixed(1)} ${(x + sign * reach * 0.42).toFixed(1)},${(y - tall * 0.012).toFixed(1)}`;
    });
  return `M${x.toFixed(1)},${(foot - tall).toFixed(1)} L${side(1).join(' ')} L${side(-1)
    .reverse()
    .map((pair) => pair.split(' ').reverse().join(' '))
    .join(' ')} Z`;
}
