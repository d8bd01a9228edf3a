/** Painted pictures, for tests and for the scripts that make the files beside them (heic/make.mjs, jxl/make.mjs). */
import sharp, { type Sharp } from 'sharp';
import { hdrSignal, scene } from './colour.js';

/** Four colours, one in each corner: top left red, top right green, bottom left blue, bottom right white. */
export function quarters(width: number, height: number): Sharp {
  const colours = [
    [220, 20, 20],
    [20, 200, 20],
    [20, 20, 220],
    [250, 250, 250],
  ];
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const quarter = (y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1);
      data.set(colours[quarter] ?? [], (y * width + x) * 3);
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Writes the HDR scene as a 16-bit PNG with the values of that transfer in Rec. 2020. */
export async function paintScene(path: string, transfer: 'pq' | 'hlg'): Promise<void> {
  const patches = [...scene.asItIs, ...scene.pressed].map((pixel) => hdrSignal(pixel, transfer));
  const [width, height] = [patches.length * 40, 40];
  const samples = Uint16Array.from({ length: width * height * 3 }, (_, i) => {
    const patch = patches[Math.floor(((i / 3) % width) / 40)]!;
    return patch[i % 3]! * 65_535;
  });
  await sharp(samples, { raw: { width, height, channels: 3 } })
    .toColourspace('rgb16')
    .png()
    .toFile(path);
}
