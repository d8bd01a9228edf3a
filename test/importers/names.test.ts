/** Which JSON belongs to which photo: names as people met them in real exports, and names made up by Google's rule. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchNames, withoutEntities } from '../../src/importers/google-filenames.js';

const match = (jsons: string[], photos: string[], titles: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(
    [...matchNames(jsons, photos, new Map(Object.entries(titles)))].map(([photo, { json }]) => [photo, json]),
  );

/** Seen in exports of 2019 to 2026, as their owners told it in public trackers. */
const pairs: [json: string, photo: string][] = [
  ['PXL_20211013_220651983.jpg.json', 'PXL_20211013_220651983.jpg'],
  ['PXL_20220405_090123740.PORTRAIT.jpg.json', 'PXL_20220405_090123740.PORTRAIT.jpg'],
  ['PXL_20220405_090123740.PORTRAIT.jpg.json', 'PXL_20220405_090123740.PORTRAIT-modifié.jpg'],
  ['DSC_0238.JPG(1).json', 'DSC_0238(1).JPG'],
  ['IMG_3479.JPG(2).json', 'IMG_3479(2).JPG'],
  ['IMG_2710.HEIC(1).json', 'IMG_2710(1).HEIC'],
  ['PXL_20231118_035751175.MP.jpg.json', 'PXL_20231118_035751175.MP.jpg'],
  ['PXL_20231118_035751175.MP.jpg.json', 'PXL_20231118_035751175.MP'],
  ['PXL_20230809_203449253.LONG_EXPOSURE-02.ORIGIN.json', 'PXL_20230809_203449253.LONG_EXPOSURE-02.ORIGINA.jpg'],
  ['05yqt21kruxwwlhhgrwrdyb6chhwszi9bqmzu16w0 2.jp.json', '05yqt21kruxwwlhhgrwrdyb6chhwszi9bqmzu16w0 2.jpg'],
  ['😀😃😄😁😆😅😂🤣🥲☺️😊😇🙂🙃😉😌😍🥰😘😗😙😚😋.json', '😀😃😄😁😆😅😂🤣🥲☺️😊😇🙂🙃😉😌😍🥰😘😗😙😚😋😛.jpg'],
  [
    'Backyard_ceremony_wedding_photography_xxxxxxx_(494).json',
    'Backyard_ceremony_wedding_photography_xxxxxxx_m(494).jpg',
  ],
  ['original_1d4caa6f-16c6-4c3d-901b-9387de10e528_.json', 'original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P.jpg'],
  [
    'original_0eb58adf-59c4-46d2-9420-73d42f7c8e88_.json',
    'original_0eb58adf-59c4-46d2-9420-73d42f7c8e88_FB_IMG_1713377637724.jpg',
  ],
  [
    'Screenshot_2024-01-14-14-13-33-16_948cd9899890.json',
    'Screenshot_2024-01-14-14-13-33-16_948cd9899890cbd5c2798760b2b95377.jpg',
  ],
  ['IMG_1559.HEIC.json', 'IMG_1559.MP4'],
  ['IMG_1559.HEIC.json', 'IMG_1559.MOV'],
  ['IMG_20250112_100426.jpg.supplemental-metadata.json', 'IMG_20250112_100426.jpg'],
  ['100-0016_IMG_2_2.JPG.supplemental-metadata.json', '100-0016_IMG_2_2.JPG'],
  ['DSC00107.JPG.supplemental-metadata(1).json', 'DSC00107(1).JPG'],
  ['IMG_0503.HEIC.supplemental-metadata(1).json', 'IMG_0503(1).HEIC'],
  ['IMG_0159.HEIC.supplemental-metad.json', 'IMG_0159.HEIC'],
  ['PXL_20240817.mp4.supplementa.json', 'PXL_20240817.mp4'],
  ['Peanut Butter Balls.supplemental-metadata.json', 'Peanut Butter Balls.jpg'],
  ['2013-12-03.supplemental-metadata(1).json', '2013-12-03(1).jpg'],
  ['skytree (2).jpg.supplemental-metadata.json', 'skytree (2).jpg'],
  ['IMG_1234.jpg.suppl(1).json', 'IMG_1234(1).jpg'],
  ['filename_that_is_45_characters_long_for_it.jpg..json', 'filename_that_is_45_characters_long_for_it.jpg'],
  ['a.jpg.s.json', 'a.jpg'],
  ['2234089303984509579.supplemental-metadata.json', '2234089303984509579-edited.jpg'],
  ['IMG_5.JPG.json', 'IMG_5-bearbeitet.JPG'],
  ['IMG_5.JPG.json', 'IMG_5-編集済み.JPG'],
  ['IMG_5.JPG(1).json', 'IMG_5-edited(1).JPG'],
];

it.each(pairs)('%s is of %s', (json, photo) => {
  expect(match([json], [photo])).toEqual({ [photo]: json });
});

it('a number is another photo', () => {
  expect(match(['IMG_1.jpg.json'], ['IMG_1.jpg', 'IMG_1(1).jpg'])).toEqual({ 'IMG_1.jpg': 'IMG_1.jpg.json' });
  expect(
    match(
      ['original_1d4caa6f-16c6-4c3d-901b-9387de10e528_.json'],
      ['original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P(1).jpg'],
    ),
  ).toEqual({});
  expect(
    match(
      ['Backyard_ceremony_wedding_photography_xxxxxxx_(494).json'],
      ['Backyard_ceremony_wedding_photography_xxxxxxx_m(185).jpg'],
    ),
  ).toEqual({});
});

it('all of one shot have its JSON, and none of another', () => {
  expect(
    match(
      ['IMG_1.HEIC.supplemental-metadata.json', 'IMG_1.HEIC.supplemental-metadata(1).json', 'IMG_10.HEIC.json'],
      ['IMG_1.HEIC', 'IMG_1.MP4', 'IMG_1(1).HEIC', 'IMG_1(1).MP4', 'IMG_1-edited.HEIC', 'IMG_10.HEIC', 'IMG_100.HEIC'],
    ),
  ).toEqual({
    'IMG_1.HEIC': 'IMG_1.HEIC.supplemental-metadata.json',
    'IMG_1.MP4': 'IMG_1.HEIC.supplemental-metadata.json',
    'IMG_1-edited.HEIC': 'IMG_1.HEIC.supplemental-metadata.json',
    'IMG_1(1).HEIC': 'IMG_1.HEIC.supplemental-metadata(1).json',
    'IMG_1(1).MP4': 'IMG_1.HEIC.supplemental-metadata(1).json',
    'IMG_10.HEIC': 'IMG_10.HEIC.json',
  });
});

it('an edited photo in a language that is not known is found beside its original only', () => {
  expect(match(['IMG_1.jpg.json'], ['IMG_1.jpg', 'IMG_1-kukorica.jpg', 'IMG_2-kukorica.jpg'])).toEqual({
    'IMG_1.jpg': 'IMG_1.jpg.json',
    'IMG_1-kukorica.jpg': 'IMG_1.jpg.json',
  });
});

it('a title tells what names do not', () => {
  expect(match(['x.json'], ['It_s you _ me.jpg', 'other.jpg'], { 'x.json': 'It&#39;s you &amp; me.jpg' })).toEqual({
    'It_s you _ me.jpg': 'x.json',
  });
  // Two photos begin with the same 46 characters.
  const long = 'original_1d4caa6f-16c6-4c3d-901b-9387de10e528_';
  expect(match([`${long}.json`], [`${long}P.jpg`, `${long}Q.jpg`], { [`${long}.json`]: `${long}Q.jpg` })).toEqual({
    [`${long}Q.jpg`]: `${long}.json`,
  });
  expect(match([`${long}.json`], [`${long}P.jpg`, `${long}Q.jpg`])).toEqual({});
});

it('entities are signs', () => {
  expect(withoutEntities('a &amp; b &#39;c&#39; &#x1F600; &lt;d&gt; &nothing; &#55296;')).toBe(
    "a & b 'c' 😀 <d> &nothing; &#55296;",
  );
});

/** What Google does: the whole name without `.json` has 46 characters at most, and a number comes behind that. */
function googleName(stem: string, ending: string, number: number, isNew: boolean): [json: string, photo: string] {
  const mark = number === 0 ? '' : `(${number})`;
  const whole = `${stem}${ending}${isNew ? '.supplemental-metadata' : ''}`;
  return [`${whole.slice(0, 46)}${mark}.json`, `${stem.slice(0, 47)}${mark}${ending}`];
}

it('every photo of a folder has its own JSON, whatever the names', () => {
  const stem = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_. -]{0,43}[A-Za-z0-9_]$/);
  const photo = fc.record({
    stem,
    ending: fc.constantFrom('.jpg', '.HEIC', '.png', '.mp4'),
    copies: fc.integer({ min: 1, max: 3 }),
  });
  // Stems that begin alike would be cut to one name, which Google numbers itself.
  const folder = fc.uniqueArray(photo, { maxLength: 20, selector: (one) => one.stem.toLowerCase().slice(0, 40) });
  fc.assert(
    fc.property(folder, fc.boolean(), (photos, isNew) => {
      const made = photos.flatMap(({ stem: name, ending, copies }) =>
        Array.from({ length: copies }, (_, n) => googleName(name, ending, n, isNew)),
      );
      const expected = Object.fromEntries(made.map(([json, name]) => [name, json]));
      expect(
        match(
          made.map(([json]) => json),
          made.map(([, name]) => name),
        ),
      ).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

it('takes no time that grows faster than the folder', () => {
  const names = Array.from({ length: 20_000 }, (_, n) => `original_1d4caa6f-16c6-4c3d-901b-9387de10e528_${n}.jpg`);
  const jsons = Array.from(
    { length: 20_000 },
    (_, n) => `original_1d4caa6f-16c6-4c3d-901b-9387de10e528_${'x'.repeat(n % 2)}(${n}).json`,
  );
  expect(Object.keys(match(jsons, names)).length).toBeLessThan(names.length);
});
