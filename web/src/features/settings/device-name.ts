/** A default name for a device, which the person can change. */
const kinds: [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Macintosh/, 'Mac'],
  [/Windows/, 'Windows'],
  [/CrOS/, 'Chromebook'],
  [/Linux/, 'Linux'],
];

/** `iPhone`, from the user agent; empty if unknown. */
export const deviceName = (userAgent: string): string => kinds.find(([pattern]) => pattern.test(userAgent))?.[1] ?? '';
