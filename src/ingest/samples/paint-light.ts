/** Sample pictures of light: stars, the sea at noon, a town out of focus, leaves against the sun. */
import {
  area,
  band,
  clouds,
  glow,
  gradient,
  mix,
  noise,
  numbers,
  svg,
  veil,
  type Painting,
  type Size,
} from './paint-tools.js';

/** The Milky Way above a hill. */
export async function stars(size: Size): Promise<Painting> {
  const { width, height } = size;
  const next = numbers(4);
  // The band runs from bottom left to top right; `across` is the distance from its middle, in picture heights.
  const across = (x: number, y: number): number =>
    (x * (width / height) - 0.34) * 0.82 + (y - 0.5) * 0.57 + 0.05 * (clouds(x * 3, y * 3, 9) - 0.5);
  const dots = Array.from({ length: 4200 }, () => {
    const [x, y] = [next(), next() * 0.9];
    const near = Math.exp(-((across(x, y) / 0.13) ** 2));
    const radius = (0.5 + 2.6 * next() ** 9) * (height / 1600);
    const tint = mix(next() < 0.5 ? '#bcd0ff' : '#ffe2c2', '#ffffff', next());
    const shown = next() < 0.35 + 0.65 * near;
    return shown ? dot(x * width, y * height, radius, tint, 0.35 + 0.65 * next()) : '';
  });
  const shine = (x: number, y: number): number => {
    const d = across(x, y);
    const dust = Math.max(0, clouds(x * 5 + 3, y * 7, 21) - 0.42) * Math.exp(-(((d - 0.015) / 0.05) ** 2));
    return 0.85 * Math.exp(-((d / 0.12) ** 2)) * (0.3 + 0.9 * clouds(x * 4, y * 5, 33) ** 1.5) - 1.5 * dust;
  };
  const warm = (y: number): number => Math.exp(-(((y - 0.78) / 0.3) ** 2));
  const milky = await veil(size, '#aaa5d7', shine);
  const dusk = await veil(size, '#f0b9af', (x, y) => 0.6 * warm(y) * shine(x, y));
  const hill = (x: number): number =>
    height * (0.93 - 0.09 * Math.exp(-(((x / width - 0.68) / 0.3) ** 2)) - 0.02 * clouds((x / width) * 6, 2, 17));
  const defs = gradient('sky', [
    [0, '#050a1c'],
    [0.5, '#0d1a3a'],
    [0.8, '#26365c'],
    [0.95, '#8a6a70'],
  ]);
  const front = svg(size, '', area(size, '#04060c', hill, 4) + tent(width * 0.62, hill(width * 0.62), height * 0.022));
  return {
    ground: svg(size, defs, band(size, 0, height, 'url(#sky)')),
    layers: [milky, dusk, { input: svg(size, '', dots.join('')) }, { input: front }],
  };
}

function dot(x: number, y: number, radius: number, fill: string, opacity: number): string {
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius.toFixed(2)}" fill="${fill}" fill-opacity="${opacity.toFixed(2)}"/>`;
}

function tent(x: number, foot: number, tall: number): string {
  const defs = glow('lamp', [
    [0, '#ffd98a', 0.55],
    [1, '#ffb050', 0],
  ]);
  return `${defs}<circle cx="${x}" cy="${foot}" r="${tall * 5}" fill="url(#lamp)"/><path d="M${x - tall * 1.3},${foot + tall * 0.3} L${x},${foot - tall} L${x + tall * 1.3},${foot + tall * 0.3} Z" fill="#ffb347"/><path d="M${x},${foot - tall} L${x + tall * 0.28},${foot + tall * 0.3} L${x - tall * 0.2},${foot + tall * 0.3} Z" fill="#fff0c4"/>`;
}

/** The open sea, wide, with reflected light. */
export async function sea(size: Size): Promise<Painting> {
  const { width, height } = size;
  const horizon = 0.47;
  const defs =
    gradient('sky', [
      [0, '#3b77ab'],
      [0.6, '#8fc0d8'],
      [1, '#e9efe4'],
    ]) +
    gradient('water', [
      [0, '#a8cfd2'],
      [0.06, '#4f9aa9'],
      [0.4, '#1c6a86'],
      [1, '#0b3b58'],
    ]);
  const ground = svg(
    size,
    defs,
    band(size, 0, height * horizon, 'url(#sky)') + band(size, height * horizon, height * (1 - horizon), 'url(#water)'),
  );
  const cloud = (x: number, y: number): number => {
    const low = y / horizon;
    const thick = clouds(x * 7, y * 9 + 4, 71, 6) + 0.18 * Math.sin(low * Math.PI) - 0.12 * low - 0.56;
    return y > horizon ? 0 : Math.min(1, thick * 5) * Math.min(1, (1 - low) * 5);
  };
  const far = (y: number): number => 1 / (0.04 + Math.max(0, (y - horizon) / (1 - horizon)));
  const swell = (x: number, y: number): number =>
    y < horizon ? 0 : clouds(x * 6 * far(y) ** 0.75 + 9, far(y) * 9, 81, 4) - 0.5;
  const glitter = (x: number, y: number): number => {
    const way = Math.exp(-(((x - 0.36) / (0.035 + 0.1 / far(y))) ** 2));
    return y < horizon || way < 0.02 ? 0 : 5.5 * way * (clouds(x * 30 * far(y) ** 0.6, far(y) * 26, 83, 3) - 0.42);
  };
  const layers = await Promise.all([
    veil(size, '#fffdf8', cloud, 700),
    veil(size, '#7d93ad', (x, y) => 0.3 * cloud(x, y) * clouds(x * 14, y * 22 + 1, 72, 3), 500),
    veil(size, '#062c42', (x, y) => -1.2 * swell(x, y), 900),
    veil(size, '#dff2ec', (x, y) => 0.75 * swell(x, y), 900),
    veil(size, '#fffdf2', glitter, 1100),
  ]);
  return {
    ground,
    layers: [...layers, { input: svg(size, '', sail(width * 0.7, height * (horizon + 0.004), height * 0.05)) }],
  };
}

function sail(x: number, foot: number, tall: number): string {
  return `<path d="M${x},${foot - tall} Q${x + tall * 0.34},${foot - tall * 0.4} ${x + tall * 0.4},${foot - tall * 0.1} L${x},${foot - tall * 0.1} Z" fill="#fffdf6"/><path d="M${x - tall * 0.04},${foot - tall * 0.85} L${x - tall * 0.04},${foot - tall * 0.1} L${x - tall * 0.3},${foot - tall * 0.1} Z" fill="#e9eef0"/><path d="M${x - tall * 0.36},${foot - tall * 0.06} L${x + tall * 0.46},${foot - tall * 0.06} L${x + tall * 0.34},${foot + tall * 0.04} L${x - tall * 0.26},${foot + tall * 0.04} Z" fill="#274b5e"/>`;
}

/** Lamps of a town at night, out of focus. */
export async function lamps(size: Size): Promise<Painting> {
  const { width, height } = size;
  const next = numbers(15);
  const hues = ['#ffb14a', '#ff8a3c', '#ffd98c', '#ff5d4d', '#ffe9c4', '#6fc3d6', '#f7a6c0'];
  const discs = Array.from({ length: 130 }, () => {
    const x = next() * width;
    const y = height * (0.5 + 0.2 * (next() + next() + next() - 1.5) + 0.12 * noise((x / width) * 4, 1, 6));
    const r = height * (0.018 + 0.065 * next() ** 2);
    const colour = hues[Math.floor(next() ** 1.5 * hues.length)] ?? '#ffb14a';
    const o = 0.16 + 0.42 * next();
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${r.toFixed(1)}" fill="${colour}" fill-opacity="${o.toFixed(2)}" stroke="${mix(colour, '#ffffff', 0.35)}" stroke-opacity="${(o * 0.8).toFixed(2)}" stroke-width="${(r * 0.07).toFixed(1)}"/>`;
  });
  const defs =
    gradient('night', [
      [0, '#0d1226'],
      [0.45, '#2a2140'],
      [0.62, '#3b2330'],
      [1, '#0a0b14'],
    ]) + '<filter id="soft" x="-0.1" y="-0.1" width="1.2" height="1.2"><feGaussianBlur stdDeviation="24"/></filter>';
  const blurred = (which: string[], more = ''): string => `<g filter="url(#soft)" ${more}>${which.join('')}</g>`;
  const mirror = blurred(discs.slice(0, 70), `transform="translate(0 ${height * 1.42}) scale(1 -1)" opacity="0.4"`);
  const shapes = band(size, 0, height, 'url(#night)') + mirror + blurred(discs.slice(70)) + discs.join('');
  const haze = await veil(
    size,
    '#ff9650',
    (x, y) => 0.24 * Math.exp(-(((y - 0.5) / 0.2) ** 2)) * clouds(x * 3, y * 2, 44, 3),
  );
  return { ground: svg(size, defs, shapes, 0.3), layers: [haze] };
}

/** Overlapping leaves, lit from behind. */
export async function leaves(size: Size): Promise<Painting> {
  const { width, height } = size;
  const next = numbers(31);
  const all = Array.from({ length: 46 }, (_, n) => {
    const depth = n / 45;
    const length = height * (0.3 + 0.34 * depth) * (0.7 + 0.5 * next());
    const colour = mix(mix('#0c2a20', '#2f7d46', depth), '#c9d96a', next() ** 3 * depth);
    return leaf(n, next() * width, next() * height, length, next() * 360, colour, depth);
  });
  const defs = gradient('shade', [
    [0, '#0a201b'],
    [1, '#06120f'],
  ]);
  const behind = svg(size, defs, band(size, 0, height, 'url(#shade)') + all.slice(0, 22).join(''), 0.12);
  const sun = await veil(
    size,
    '#fff6be',
    (x, y) =>
      0.47 * Math.exp(-((x - 0.78) ** 2 + (y - 0.14) ** 2) / 0.16) +
      0.16 * Math.max(0, clouds(x * 3, y * 3, 12) - 0.55),
    200,
  );
  return { ground: behind, layers: [{ input: svg(size, '', all.slice(22).join('')) }, sun] };
}

function leaf(n: number, x: number, y: number, length: number, angle: number, colour: string, depth: number): string {
  const wide = length * 0.24;
  const side = (sign: number): string =>
    `M0,0 C${length * 0.25},${sign * wide * 1.25} ${length * 0.68},${sign * wide} ${length},0 Z`;
  const veins = Array.from({ length: 9 }, (_, at) => {
    const from = length * (0.1 + at * 0.088);
    const reach = wide * 0.62 * Math.sin(Math.PI * (0.26 + at * 0.07));
    return [1, -1]
      .map(
        (sign) => `M${from},0 Q${from + length * 0.08},${sign * reach * 0.35} ${from + length * 0.15},${sign * reach}`,
      )
      .join(' ');
  });
  const pale = mix(colour, '#eef3c0', 0.4);
  return (
    gradient(`a${n}`, [
      [0, mix(colour, '#f2f5b8', 0.22)],
      [1, colour],
    ]) +
    gradient(`b${n}`, [
      [0, mix(colour, '#000000', 0.1)],
      [1, mix(colour, '#000000', 0.42)],
    ]) +
    `<g transform="translate(${x.toFixed(0)} ${y.toFixed(0)}) rotate(${angle.toFixed(0)})"><path d="M0,0 C${length * 0.25},${wide * 1.3} ${length * 0.68},${wide * 1.1} ${length * 1.02},${length * 0.02} L0,0" fill="#000" opacity="0.28" transform="translate(${length * 0.03} ${length * 0.035})"/>` +
    `<path d="${side(-1)}" fill="url(#a${n})"/><path d="${side(1)}" fill="url(#b${n})"/><path d="M0,0 L${length * 0.98},0" stroke="${pale}" stroke-width="${length * 0.008}"/><path d="${veins.join(' ')}" fill="none" stroke="${pale}" stroke-opacity="${0.25 + 0.25 * depth}" stroke-width="${length * 0.0035}"/></g>`
  );
}
