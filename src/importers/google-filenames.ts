/**
 * Matches the JSON files of a Google Takeout folder to photos, by their names. Google names the JSON after the photo,
 * truncates names longer than 46 characters, and puts the number of a duplicate name in a different place;
 * docs/guide/takeout.md describes the rules. Pure, in time linear in the number of names.
 */

/** The rule of a match. */
export type Rule = 'name' | 'number' | 'cut' | 'half' | 'edited' | 'title';

/** The JSON file of a photo. */
export interface GoogleMatch {
  json: string;
  rule: Rule;
}

/** The parts of a photo's name: `IMG_1(2).jpg` is `IMG_1`, `.jpg`, `(2)`. */
interface Parts {
  stem: string;
  ending: string;
  number: string;
}

const suffix = 'supplemental-metadata';
/** The lengths of truncated names; shorter by one or two if the cut would split a character. */
const [leastCut, mostCut] = [44, 47];

/**
 * The suffixes of edited photos in known languages; unknown ones are recognised by the photo beside them. Google
 * Photos' own words: English, German, French, Spanish, Catalan, Italian, Portuguese, Dutch, Polish, Czech, Swedish,
 * Danish, Norwegian, Finnish, Hungarian, Romanian, Turkish, Russian, Ukrainian, Japanese, Korean, Chinese; and its
 * effects.
 */
const editedWords = [
  'edited bearbeitet modifié modifie editado editada editat modificato bewerkt edytowane upraveno redigerad',
  'redigeret redigert muokattu szerkesztve modificat düzenlendi изменено отредактировано змінено 編集済み 수정됨 已修改 已編輯 edit',
  'effects smile mix collage animation',
]
  .join(' ')
  .split(' ')
  .concat('ha editado')
  .map((word) => `-${word.normalize('NFC')}`);

const mostAlike = 200;
const films = /^\.(?:mp4|mov|m4v|3gp|mp(?:~\d)?|mv|avi)$/i;
/**
 * Names are compared regardless of Unicode form and case; two that differ only in case would be one file on most disks.
 */
const fold = (name: string): string => name.normalize('NFC').toLowerCase();

function partsOf(name: string): Parts {
  const dot = /\.[^.()\s]{1,5}$/.exec(name);
  const [whole, ending] = dot ? [name.slice(0, dot.index), dot[0]] : [name, ''];
  const number = /\(\d{1,6}\)$/.exec(whole)?.[0] ?? '';
  return { stem: whole.slice(0, whole.length - number.length), ending, number };
}

/**
 * The names that a JSON file may refer to, the likeliest first: without `.json`, a number, and
 * `.supplemental-metadata`.
 */
function meantBy(json: string): { base: string; number: string; cut: string }[] {
  const whole = fold(json).replace(/\.json$/, '');
  const number = /\(\d{1,6}\)$/.exec(whole)?.[0] ?? '';
  const base = whole.slice(0, whole.length - number.length);
  const dot = base.lastIndexOf('.');
  const stripped = dot >= 0 && suffix.startsWith(base.slice(dot + 1)) ? base.slice(0, dot) : undefined;
  return [
    ...(number === '' ? [] : [{ base: whole, number: '', cut: '' }]),
    { base, number, cut: base },
    ...(stripped === undefined || stripped === '' ? [] : [{ base: stripped, number, cut: '' }]),
  ];
}

const key = (base: string, number: string): string => `${base}/${number}`;

/**
 * Matches the photos and JSON files of one folder; names are unique. `titles` are those in the JSON files, if present.
 * A JSON file may match several photos: both files of a Live Photo, an edited version.
 */
export function matchNames(
  jsons: readonly string[],
  photos: readonly string[],
  titles: ReadonlyMap<string, string>,
): Map<string, GoogleMatch> {
  const matching = openMatching(jsons, photos, titles);
  const { found, byName, left, take } = matching;
  for (const photo of photos) take(photo, byName.get(key(fold(photo), '')), 'name');
  for (const photo of left()) {
    const { stem, ending, number } = partsOf(fold(photo));
    if (number !== '') take(photo, byName.get(key(stem + ending, number)), 'number');
  }
  takeCut(matching);
  takeHalves(matching);
  takeEdited(matching);
  takeTitles(matching);
  return found;
}

/** The names of a folder, and the matches so far. */
type Matching = ReturnType<typeof openMatching>;

function openMatching(jsons: readonly string[], photos: readonly string[], titles: ReadonlyMap<string, string>) {
  const found = new Map<string, GoogleMatch>();
  const used = new Set<string>();
  const byName = new Map<string, string>();
  const byStem = new Map<string, string>();
  const meant = jsons.map((json) => ({ json, names: meantBy(json) }));

  // Names with fewer parts removed come first: `a.s.json` belongs primarily to a file `a.s`.
  for (let n = 0; n < 3; n++)
    for (const { json, names } of meant) {
      const one = names[n];
      if (one) put(byName, key(one.base, one.number), json);
    }

  const left = (): string[] => photos.filter((photo) => !found.has(photo));

  function take(photo: string, json: string | undefined, rule: Rule): boolean {
    if (json === undefined || found.has(photo)) return false;
    found.set(photo, { json, rule });
    used.add(json);
    const { stem, number } = partsOf(fold(photo));
    put(byStem, key(stem, number), json);
    return true;
  }

  function isTitled(json: string, photo: string): boolean {
    const { stem, ending: end } = partsOf(photo);
    const title = plain(titles.get(json) ?? '');
    return title === plain(stem + end) || (title.endsWith(fold(end)) && title.startsWith(plain(stem)));
  }
  return { jsons, photos, titles, found, used, byName, byStem, meant, left, take, isTitled };
}

/** Keeps the first of several. */
const put = (map: Map<string, string>, at: string, json: string): void => {
  if (!map.has(at)) map.set(at, json);
};

/** A long name: the JSON has its first 46 characters, and the number. */
function takeCut({ found, used, meant, left, take, isTitled }: Matching): void {
  const open = groupBy(left(), (photo) => {
    const { stem, ending, number } = partsOf(fold(photo));
    return key((stem + ending).slice(0, leastCut), number);
  });
  for (const { json, names } of meant) {
    if (used.has(json)) continue;
    for (const { cut, number } of names.filter(({ cut: { length } }) => length >= leastCut && length <= mostCut)) {
      const near = open.get(key(cut.slice(0, leastCut), number)) ?? [];
      // No camera produces so many names with the same beginning.
      const fits = (near.length > mostAlike ? [] : near).filter((photo) => {
        const { stem, ending } = partsOf(fold(photo));
        return !found.has(photo) && (stem + ending).startsWith(cut);
      });
      // If there are several, the title decides; both files of a Live Photo have the same stem, and the next rule
      // matches the other one.
      const one = only(fits) ?? only(fits.filter((photo) => isTitled(json, photo))) ?? oneStem(fits);
      if (one !== undefined && take(one, json, 'cut')) break;
    }
  }
}

function oneStem(fits: readonly string[]): string | undefined {
  const stems = new Set(fits.map((photo) => partsOf(fold(photo)).stem));
  return stems.size === 1
    ? [...fits].sort((a, b) => Number(films.test(ending(a))) - Number(films.test(ending(b))))[0]
    : undefined;
}

/** The other file of a Live Photo; or a photo whose JSON names another extension, or none. */
function takeHalves({ used, byStem, meant, left, take }: Matching): void {
  const free = new Map<string, string>();
  for (const { json, names } of meant) {
    if (used.has(json)) continue;
    for (const { base, number } of names) {
      put(free, key(base, number), json);
      put(free, key(withoutEnding(base), number), json);
    }
  }
  for (const photo of left()) {
    const { stem, number } = partsOf(fold(photo));
    const whole = fold(photo);
    const isFilm = films.test(ending(photo));
    const taken = isFilm ? (byStem.get(key(stem, number)) ?? byStem.get(key(whole, ''))) : undefined;
    take(
      photo,
      free.get(key(stem, number)) ?? free.get(key(stem + number, '')) ?? free.get(key(whole, '')) ?? taken,
      'half',
    );
  }
}

/** An edited version: the photo's name plus a word, which may be truncated. */
function takeEdited({ photos, found, meant, left, take }: Matching): void {
  const originals = new Map(
    photos.flatMap((photo) => {
      const match = found.get(photo);
      const { stem, number } = partsOf(fold(photo));
      return match ? [[key(stem, number), match.json] as const] : [];
    }),
  );
  const lookUp = (stem: string, number: string): string | undefined => {
    const inner = number === '' ? partsOf(`${stem}.x`) : { stem, number };
    return (
      originals.get(key(stem, number)) ??
      originals.get(key(inner.stem, inner.number)) ??
      freeStem.get(key(stem, number))
    );
  };
  const freeStem = new Map<string, string>();
  for (const { json, names } of meant)
    for (const { base, number } of names) put(freeStem, key(withoutEnding(base), number), json);
  for (const photo of left()) {
    const { stem, number } = partsOf(fold(photo));
    const dash = stem.lastIndexOf('-');
    const word = stem.slice(dash);
    const isWord = editedWords.some(
      (edited) => word === edited || (stem.length >= leastCut && word.length > 1 && edited.startsWith(word)),
    );
    // An unknown word counts if the photo without it exists and has its JSON.
    const [before, isAnyWord] = [stem.slice(0, Math.max(dash, 0)), /^-[\p{L}\p{M} ]{3,24}$/u.test(word)];
    if (isWord) take(photo, lookUp(before, number), 'edited');
    else if (isAnyWord) take(photo, originals.get(key(before, number)), 'edited');
  }
}

/** Leftovers of both kinds with the same title. */
function takeTitles({ jsons, titles, used, left, take }: Matching): void {
  const free = jsons.filter((json) => !used.has(json) && titles.has(json));
  const byTitle = groupBy(free, (json) => key(plain(titles.get(json)!), meantBy(json).at(-1)!.number));
  const open = groupBy(left(), (photo) => {
    const { stem, ending: end, number } = partsOf(photo);
    return key(plain(stem + end), number);
  });
  for (const [at, candidates] of byTitle) {
    const [json, photo] = [only(candidates), only(open.get(at) ?? [])];
    if (photo !== undefined) take(photo, json, 'title');
  }
}

const ending = (name: string): string => partsOf(name).ending;
const withoutEnding = (base: string): string => base.slice(0, base.length - partsOf(base).ending.length);
const only = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined);

function groupBy(names: readonly string[], at: (name: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const group = groups.get(at(name));
    if (group) group.push(name);
    else groups.set(at(name), [name]);
  }
  return groups;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Decodes the five named HTML entities and numeric ones: some exports write titles this way. */
export function withoutEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|(amp|lt|gt|quot|apos));/gi, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return named[name.toLowerCase()] ?? whole;
    const code = typeof decimal === 'string' ? Number(decimal) : parseInt(String(hex), 16);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000) ? String.fromCodePoint(code) : whole;
  });
}

/** A name with `_` for every character that a file name may have lost. */
const plain = (text: string): string => fold(withoutEntities(text)).replace(/[^\p{L}\p{M}\p{N}.() -]/gu, '_');
