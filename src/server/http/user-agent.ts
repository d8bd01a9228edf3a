/** Which browser a `User-Agent` header means, in two words for a list of sessions. A guess, and only ever shown. Pure. */

/** By what each says of itself; those that pretend to be another stand before it. */
const browsers: [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\bCriOS\/|Chrom(?:e|ium)\//, 'Chrome'],
  // All others that are built on WebKit call themselves Safari, too; Apple's runs on Apple's systems alone.
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

/** `Firefox on Linux`; `another program` where it says nothing that is known. */
export function nameBrowser(userAgent: string): string {
  const name = (list: [RegExp, string][]): string | undefined => list.find(([sign]) => sign.test(userAgent))?.[1];
  const [browser, system] = [name(browsers), name(systems)];
  if (browser === undefined) return 'another program';
  return system === undefined ? browser : `${browser} on ${system}`;
}
