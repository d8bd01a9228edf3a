/** Typed arrays that grow by doubling, to a length that is a multiple of four. Pure. */

/** The array types of columns. */
export type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** The next multiple of four: so many bytes can be read as words. */
export const padded = (size: number): number => Math.ceil(size / 4) * 4;

/** An array of at least `size` elements with the same content; the same array if it is long enough. */
export function grown<T extends Numbers>(array: T, size: number): T {
  if (array.length >= size) return array;
  const length = padded(Math.max(size, array.length * 2, 64));
  const larger = new (array.constructor as new (length: number) => T)(length);
  larger.set(array);
  return larger;
}
