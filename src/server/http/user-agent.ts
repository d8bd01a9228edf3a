/** The browser in a `User-Agent` header, in a few words for a list of sessions. A guess, for display only. Pure. */

/** By the token of each; those that imitate another come before it. */
const browsers: [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\bCriOS\/|Chrom(?:e|ium)\//, 'Chrome'],
  // All other WebKit browsers also contain Safari; Apple's runs only on Apple systems.
  [/\b(?:Macintosh|iPhone|iPad|iPod)\b.*\bSafari\//, 'Safari'],
  [/\bSafari\//, 'another browser'],
];
const systems: [RegExp, string][] = [
  [/\b(?:iPhone|iPod)\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** `Firefox on Linux`; `another program` if it is unknown. */
export function nameBrowser(userAgent: string): string {
  const name = (list: [RegExp, string][]): string | undefined => list.find(([sign]) => sign.test(userAgent))?.[1];
  const [browser, system] = [name(browsers), name(systems)];
  if (browser === undefined) return 'another program';
  return system === undefined ? browser : `${browser} on ${system}`;
}
