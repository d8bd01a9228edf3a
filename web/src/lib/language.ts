/**
 * The language of the page, chosen once when the page loads, and how it writes numbers and plurals (docs/translation.md).
 * Dates are in dates.ts and relative-time.ts.
 */

/** The languages with a catalogue, as BCP 47 tags. `en-XA` is English with accents, to test layouts. */
export const languages = ['en', 'en-XA'] as const;
export type Language = (typeof languages)[number];

/** Where the browser keeps the chosen language. */
const kept = 'photospool-language';

/** The first wanted language with a catalogue; a regional form such as `en-GB` counts as its language. */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = languages.find((one) => one === tag) ?? languages.find((one) => one === tag.split('-')[0]);
    if (found) return found;
  }
  return 'en';
}

/** The locale for `Intl`: the language with the region of the browser, so that an English page in Germany has 24 hours. */
export function localeOf(language: Language, wanted: readonly string[]): string {
  const spoken = language.split('-')[0]!;
  // Browsers also name locales of the system, such as `en-US@posix`, which Intl refuses.
  const tags = wanted.map((tag) => tag.replace(/[@.].*$/, '')).filter(isTag);
  const same = tags.find((tag) => tag !== language && tag.split('-')[0] === spoken);
  if (same !== undefined) return same;
  const region = /-([A-Z]{2})\b/.exec(tags[0] ?? '')?.[1];
  return region === undefined || region === 'XA' ? spoken : `${spoken}-${region}`;
}

function isTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

function stored(): string[] {
  try {
    const tag = localStorage.getItem(kept);
    return tag === null ? [] : [tag];
  } catch {
    // No storage in a private window, and none without a page.
    return [];
  }
}

// Node 20, in tests, has no navigator.
const spoken = typeof navigator === 'undefined' ? [] : navigator.languages;

/** The language of the page. */
export const language = chooseLanguage([...stored(), ...spoken]);

/** The locale of all that `Intl` writes on the page. */
export const locale = localeOf(language, spoken);

const numbers = new Intl.NumberFormat(locale);
const decimals = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
const rules = new Intl.PluralRules(language);

/** `1,484` */
export const number = (n: number): string => numbers.format(n);
/** `1.5`: at most one digit after the point. */
export const decimal = (n: number): string => decimals.format(n);

const percents = new Intl.NumberFormat(locale, { style: 'percent' });
/** `97%` for 0.97. */
export const percent = (share: number): string => percents.format(share);

/** The forms of a text by the plural categories of the language; `#` stands for the number, `{name}` for a word. */
export type PluralForms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

/** The form for a number: `3 photos`. `words`: names and other foreign text, which may contain `#`. */
export const plural = (n: number, forms: PluralForms, words: Readonly<Record<string, string>> = {}): string =>
  (forms[rules.select(n)] ?? forms.other).replace(/#|\{(\w+)\}/g, (mark, word: string | undefined) =>
    word === undefined ? number(n) : (words[word] ?? mark),
  );

/** `Oslo and Bergen` */
export const listOf = (parts: readonly string[]): string => new Intl.ListFormat(locale).format(parts);

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** `3.4 MB` for bytes. */
export function bytesText(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  const options = { style: 'unit', unit: units[step]!, unitDisplay: step === 0 ? 'long' : 'short' } as const;
  return new Intl.NumberFormat(locale, { ...options, maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}
