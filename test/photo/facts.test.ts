/** Facts from tags, without ExifTool: every rule as a table of ExifTool responses. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { readFacts } from '../../src/photo/facts/read-metadata.js';
import { describeTags, tagLimits } from '../../src/photo/facts/exif-tags.js';
import { wordLimits } from '../../src/photo/facts/captions.js';

/** A response of ExifTool from plain values; `[num, val]` if the two differ. */
function answer(tags: Record<string, string | string[] | { num: string; val: string }>): Record<string, unknown> {
  const long = Object.entries(tags).map(([name, value]) => [
    name,
    typeof value === 'object' && !Array.isArray(value) ? { desc: name, ...value } : { desc: name, val: value },
  ]);
  return Object.fromEntries(long) as Record<string, unknown>;
}
const facts = (tags: Parameters<typeof answer>[0]): ReturnType<typeof readFacts> => readFacts(answer(tags));

const place = {
  'Composite:GPSLatitude': { num: '39.115', val: '39 deg' },
  'Composite:GPSLongitude': { num: '-108.4', val: '108 deg' },
  'ExifTool:GeolocationTimeZone': 'America/Denver',
  'ExifTool:GeolocationDistance': { num: '4.36', val: '4.36 km' },
};
const gpsClock = (date: string, time: string): Record<string, string> => ({
  'GPS:GPSDateStamp': date,
  'GPS:GPSTimeStamp': time,
});

describe('taken', () => {
  const original = { 'ExifIFD:DateTimeOriginal': '2024:07:01 12:00:00' };
  test.each<[string, Parameters<typeof answer>[0], string | undefined, (string | undefined)?, string?]>([
    ['DateTimeOriginal', original, '2024-07-01T12:00:00.000', undefined, 'exif'],
    ['its fraction', { ...original, 'ExifIFD:SubSecTimeOriginal': '07 ' }, '2024-07-01T12:00:00.070'],
    ['a long fraction', { ...original, 'ExifIFD:SubSecTimeOriginal': '023460' }, '2024-07-01T12:00:00.023'],
    ['an odd fraction', { ...original, 'ExifIFD:SubSecTimeOriginal': 'x' }, '2024-07-01T12:00:00.000'],
    ['its offset', { ...original, 'ExifIFD:OffsetTimeOriginal': '+05:45' }, '2024-07-01T12:00:00.000', '+05:45'],
    ['Z as offset', { ...original, 'ExifIFD:OffsetTimeOriginal': 'Z' }, '2024-07-01T12:00:00.000', '+00:00'],
    ['never OffsetTime', { ...original, 'ExifIFD:OffsetTime': '+02:00' }, '2024-07-01T12:00:00.000'],
    ['never OffsetTimeDigitized', { ...original, 'ExifIFD:OffsetTimeDigitized': '+02:00' }, '2024-07-01T12:00:00.000'],
    ['an impossible offset', { ...original, 'ExifIFD:OffsetTimeOriginal': '+25:00' }, '2024-07-01T12:00:00.000'],
    ['a blank offset', { ...original, 'ExifIFD:OffsetTimeOriginal': '   :  ' }, '2024-07-01T12:00:00.000'],
    ['a leap second', { 'ExifIFD:DateTimeOriginal': '2016:12:31 23:59:60' }, '2016-12-31T23:59:59.000'],
    ['29 February', { 'ExifIFD:DateTimeOriginal': '2024:02:29 00:00:00' }, '2024-02-29T00:00:00.000'],
    ['a date of old', { 'XMP-photoshop:DateCreated': '1895:05:03' }, '1895-05-03T00:00:00.000', undefined, 'xmp'],
    ['a year alone', { 'XMP-photoshop:DateCreated': '1895' }, '1895-01-01T00:00:00.000', undefined, 'xmp'],
    ['year and month', { 'XMP-photoshop:DateCreated': '1895:05' }, '1895-05-01T00:00:00.000', undefined, 'xmp'],
    ['ISO 8601', { 'ExifIFD:DateTimeOriginal': '2023-09-27T14:32:53+02:00' }, '2023-09-27T14:32:53.000', '+02:00'],
    [
      'IPTC',
      { 'IPTC:DateCreated': '2022:01:10', 'IPTC:TimeCreated': '15:15:44-04:00' },
      '2022-01-10T15:15:44.000',
      '-04:00',
      'iptc',
    ],
    [
      'IPTC +00:00 is no offset',
      { 'IPTC:DateCreated': '2022:01:10', 'IPTC:TimeCreated': '15:15:44+00:00' },
      '2022-01-10T15:15:44.000',
      undefined,
      'iptc',
    ],
    ['IPTC day alone', { 'IPTC:DateCreated': '2022:01:10' }, '2022-01-10T00:00:00.000', undefined, 'iptc'],
    ['IPTC time alone', { 'IPTC:TimeCreated': '14:30:00+00:00' }, undefined],
    [
      'digitised',
      {
        'ExifIFD:CreateDate': '2024:07:01 12:00:00',
        'ExifIFD:SubSecTimeDigitized': '5',
        'ExifIFD:OffsetTimeDigitized': '-03:30',
      },
      '2024-07-01T12:00:00.500',
      '-03:30',
      'exif',
    ],
    [
      'maker notes',
      { 'Reconyx:DateTimeOriginal': '2020:03:16 10:00:00' },
      '2020-03-16T10:00:00.000',
      undefined,
      'exif',
    ],
    ['PNG', { 'PNG:CreationTime': '2007:02:13 06:34:38' }, '2007-02-13T06:34:38.000', undefined, 'exif'],
    [
      'GPS time at the place',
      { ...place, ...gpsClock('2024:07:01', '18:00:00.25') },
      '2024-07-01T12:00:00.250',
      '-06:00',
      'gps',
    ],
    [
      'GPS time in winter',
      { ...place, ...gpsClock('2024:01:01', '02:00:00') },
      '2023-12-31T19:00:00.000',
      '-07:00',
      'gps',
    ],
    ['GPS time without a place', gpsClock('2024:07:01', '18:00:00'), undefined],
    [
      'GPS time of XMP',
      { ...place, 'XMP-exif:GPSDateTime': '2024:07:01 18:00:00Z' },
      '2024-07-01T12:00:00.000',
      '-06:00',
      'gps',
    ],
    [
      'a zone nobody knows',
      { ...place, 'ExifTool:GeolocationTimeZone': 'Moon/Base', ...gpsClock('2024:07:01', '18:00:00') },
      undefined,
    ],
    ['ModifyDate at last', { 'IFD0:ModifyDate': '2024:07:01 12:00:00' }, '2024-07-01T12:00:00.000', undefined, 'exif'],
    [
      'GPS before ModifyDate',
      { ...place, ...gpsClock('2024:07:01', '18:00:00'), 'IFD0:ModifyDate': '2025:01:01 00:00:00' },
      '2024-07-01T12:00:00.000',
      '-06:00',
      'gps',
    ],
    [
      'offset from the GPS clock',
      { ...original, ...gpsClock('2024:07:01', '06:14:30') },
      '2024-07-01T12:00:00.000',
      '+05:45',
    ],
    ['GPS clock a day apart', { ...original, ...gpsClock('2024:07:02', '10:00:00') }, '2024-07-01T12:00:00.000'],
    ['GPS clock of a stale fix', { ...original, ...gpsClock('2024:07:01', '09:53:00') }, '2024-07-01T12:00:00.000'],
    [
      'GPS clock at a quarter that is not used',
      { ...original, ...gpsClock('2024:07:01', '09:45:00') },
      '2024-07-01T12:00:00.000',
    ],
    ['no date at all', {}, undefined],
  ])('%s', (_, tags, taken, offset, source) => {
    const found = facts(tags);
    expect([found.taken, found.offset]).toEqual([taken, offset]);
    if (source !== undefined) expect(found.takenSource).toBe(source);
    if (taken === undefined) expect(found).not.toHaveProperty('takenSource');
  });

  it('uses the documented order', () => {
    const all: [string, string][] = [
      ['ExifIFD:DateTimeOriginal', '2001:01:01 01:00:00'],
      ['XMP-exif:DateTimeOriginal', '2002:01:01 01:00:00'],
      ['XMP-photoshop:DateCreated', '2003:01:01 01:00:00'],
      ['IPTC:DateCreated', '2004:01:01'],
      ['ExifIFD:CreateDate', '2005:01:01 01:00:00'],
      ['XMP-exif:DateTimeDigitized', '2006:01:01 01:00:00'],
      ['XMP-xmp:CreateDate', '2007:01:01 01:00:00'],
      ['IPTC:DigitalCreationDate', '2008:01:01'],
      ['Casio:DateTimeOriginal', '2009:01:01 01:00:00'],
      ['PNG:CreationTime', '2010:01:01 01:00:00'],
      ['IFD0:ModifyDate', '2011:01:01 01:00:00'],
    ];
    const years = all.map((_, i) => facts(Object.fromEntries(all.slice(i).reverse())).taken?.slice(0, 4));
    expect(years).toEqual(all.map(([, date]) => date.slice(0, 4)));
  });

  test.each([
    '0000:00:00 00:00:00',
    '    :  :     :  :  ',
    '2023:02:29 12:00:00',
    '2023:13:01 12:00:00',
    '2023:00:10 12:00:00',
    '2023:01:00 12:00:00',
    '2023:01:01 25:00:00',
    '2023:01:01 12:60:00',
    '2023:01:01 12:00:61',
    '1825:01:01 12:00:00',
    '2200:01:01 12:00:00',
    '12:00:00',
    'yesterday',
    '',
  ])('%j is not a date', (date) => {
    expect(facts({ 'ExifIFD:DateTimeOriginal': date })).toEqual({});
    const next = facts({ 'ExifIFD:DateTimeOriginal': date, 'ExifIFD:CreateDate': '2024:07:01 12:00:00' });
    expect(next.taken).toBe('2024-07-01T12:00:00.000');
  });
});

describe('position', () => {
  const at = (lat: string, lon: string, alt?: string): Parameters<typeof answer>[0] => ({
    'Composite:GPSLatitude': { num: lat, val: 'x' },
    'Composite:GPSLongitude': { num: lon, val: 'x' },
    ...(alt !== undefined && { 'Composite:GPSAltitude': { num: alt, val: 'x' } }),
  });
  test.each([
    ['39.115', '-108.400968333333', '1483.9', { lat: 39.115, lon: -108.4009683, alt: 1483.9 }],
    ['-0.3713', '36.05', '-12.5', { lat: -0.3713, lon: 36.05, alt: -12.5 }],
    ['0', '6.5', undefined, { lat: 0, lon: 6.5 }],
    ['-90', '180', undefined, { lat: -90, lon: 180 }],
    ['1', '1', 'inf', { lat: 1, lon: 1 }],
    ['1', '1', '9999999', { lat: 1, lon: 1 }],
    ['0', '0', undefined, undefined],
    ['0.00001', '-0.00001', '5', undefined],
    ['90.1', '0', undefined, undefined],
    ['0', '-180.5', undefined, undefined],
    ['', '', undefined, undefined],
    ['undef', 'nan', undefined, undefined],
    ['', '8.5', undefined, undefined],
  ])('%s, %s at %s', (lat, lon, alt, gps) => {
    expect(facts(at(lat, lon, alt)).gps).toEqual(gps);
  });

  const nearest = {
    'ExifTool:GeolocationCity': 'Palisade',
    'ExifTool:GeolocationRegion': 'Colorado',
    'ExifTool:GeolocationCountryCode': 'US',
  };
  const typed = {
    'XMP-photoshop:City': 'Thompson Springs',
    'XMP-photoshop:State': 'Utah',
    'XMP-photoshop:Country': 'United States',
  };

  it('names the nearest town, not the typed place', () => {
    expect(facts({ ...place, ...nearest, ...typed }).place).toEqual({
      city: 'Palisade',
      region: 'Colorado',
      country: 'US',
    });
  });
  it('names no town beyond 100 km', () => {
    expect(
      facts({ ...place, ...nearest, 'ExifTool:GeolocationDistance': { num: '101', val: '101 km' } }),
    ).not.toHaveProperty('place');
  });
  it('uses the typed place without a position', () => {
    const wrong = { ...nearest, 'ExifTool:GeolocationDistance': { num: '1', val: '1 km' } };
    expect(facts({ ...typed, ...wrong }).place).toEqual({ city: 'Thompson Springs', region: 'Utah', country: 'US' });
    expect(facts({ ...at('0', '0'), ...typed }).place).toEqual({ city: 'Thompson Springs', region: 'Utah' });
    expect(facts({ 'IPTC:City': 'Paris', 'ExifTool:GeolocationCountryCode': 'FR' }).place).toEqual({ city: 'Paris' });
    expect(facts({ 'IPTC:City': 'Chur', 'XMP-iptcCore:CountryCode': 'ch' }).place).toEqual({
      city: 'Chur',
      country: 'CH',
    });
    expect(facts(nearest)).toEqual({});
  });
});

describe('camera', () => {
  it('keeps names on one line and omits meaningless ones', () => {
    expect(facts({ 'IFD0:Make': ' NIKON\u0000  CORPORATION ', 'IFD0:Model': 'NIKON  D70' }).camera).toEqual({
      make: 'NIKON CORPORATION',
      model: 'NIKON D70',
    });
    expect(facts({ 'IFD0:Make': '----', 'IFD0:Model': 'unknown', 'ExifIFD:LensModel': '0.0 mm f/0.0' })).toEqual({});
  });
  test.each([
    [{ 'ExifIFD:LensModel': 'EF50mm', 'Composite:LensID': 'Canon EF 50mm' }, 'EF50mm'],
    [{ 'ExifIFD:LensModel': '----', 'Composite:LensID': 'Canon EF 50mm' }, 'Canon EF 50mm'],
    [{ 'Composite:LensID': 'Unknown 7-22mm', 'XMP-aux:Lens': '7-22 mm' }, '7-22 mm'],
    [{ 'Composite:LensID': 'Sigma 50mm or Tamron 60mm' }, undefined],
  ])('lens of %j', (tags, lens) => {
    expect(facts(tags).lens).toBe(lens);
  });
  it('finds the ISO that some makers write only in their notes', () => {
    expect(facts({ 'Nikon:ISO': { num: '0 200', val: '200' } }).exposure).toEqual({ iso: 200 });
    expect(facts({ 'Nikon:ISO': 'Auto' })).toEqual({});
  });
  it('reads the exposure as numbers', () => {
    const found = facts({
      'ExifIFD:ISO': '100',
      'ExifIFD:FNumber': { num: '2.8', val: '2.8' },
      'ExifIFD:ExposureTime': { num: '0.005', val: '1/200' },
      'ExifIFD:FocalLength': { num: '50', val: '50.0 mm' },
      'ExifIFD:FocalLengthIn35mmFormat': { num: '80', val: '80 mm' },
      'ExifIFD:Flash': { num: '24', val: 'Auto, Did not fire' },
    });
    expect(found.exposure).toEqual({
      iso: 100,
      aperture: 2.8,
      seconds: 0.005,
      focalLength: 50,
      focalLength35: 80,
      flash: false,
    });
    expect(facts({ 'ExifIFD:Flash': { num: '25', val: 'Auto, Fired' } }).exposure).toEqual({ flash: true });
    expect(facts({ 'ExifIFD:ISO': '65535', 'ExifIFD:RecommendedExposureIndex': '102400' }).exposure).toEqual({
      iso: 102400,
    });
    expect(facts({ 'ExifIFD:FNumber': '0', 'ExifIFD:FocalLength': 'inf', 'ExifIFD:ExposureTime': 'undef' })).toEqual(
      {},
    );
  });
});

describe('captions', () => {
  it('prefers XMP, then IPTC, then EXIF', () => {
    const all = {
      'XMP-dc:Description': 'x',
      'IPTC:Caption-Abstract': 'i',
      'IFD0:ImageDescription': 'e',
      'ExifIFD:UserComment': 'u',
    };
    expect(facts(all).description).toBe('x');
    expect(facts({ ...all, 'XMP-dc:Description': ' \n' }).description).toBe('i');
    expect(facts({ 'IFD0:ImageDescription': 'e', 'ExifIFD:UserComment': 'u' }).description).toBe('e');
  });
  test.each([
    'OLYMPUS DIGITAL CAMERA         ',
    'SONY DSC',
    'KONICA MINOLTA DIGITAL CAMERA',
    'ASCII',
    'Image-Description',
    'Exif_JPEG_PICTURE',
    'DSC_0042',
    'cof',
    'oznorWO',
    'a5cb01550dbb9a6bf732f87e413f6e231cc4581e',
    'Canon',
    'charset="Ascii"',
  ])('%j is not a description', (text) => {
    expect(facts({ 'IFD0:Make': 'Canon', 'IFD0:ImageDescription': text })).not.toHaveProperty('description');
    expect(
      facts({ 'IFD0:ImageDescription': text, 'IFD0:Make': 'Canon', 'ExifIFD:UserComment': 'Anna at the sea' })
        .description,
    ).toBe('Anna at the sea');
  });
  it('combines keywords of XMP and IPTC without repetition, and uses leaves only if there is nothing else', () => {
    expect(facts({ 'XMP-dc:Subject': ['sea', ' sky '], 'IPTC:Keywords': ['sky', 'sun', ''] }).tags).toEqual([
      'sea',
      'sky',
      'sun',
    ]);
    expect(facts({ 'XMP-dc:Subject': 'sea', 'XMP-lr:HierarchicalSubject': ['Places|Italy|Rome'] }).tags).toEqual([
      'sea',
    ]);
    expect(facts({ 'XMP-lr:HierarchicalSubject': ['Places|Italy|Rome', 'Anna'] }).tags).toEqual(['Rome', 'Anna']);
    expect(facts({ 'IFD0:XPKeywords': 'a;b; c' }).tags).toEqual(['a', 'b', 'c']);
  });
  test.each([
    ['5', 5],
    ['1', 1],
    ['3.6', 4],
    ['0', undefined],
    ['-1', undefined],
    ['99', 5],
    ['x', undefined],
  ])('rating %s', (value, rating) => {
    expect(facts({ 'XMP-xmp:Rating': value }).rating).toBe(rating);
  });
  test.each([
    ['1', 1],
    ['25', 2],
    ['50', 3],
    ['75', 4],
    ['99', 5],
    ['0', undefined],
  ])('%s per cent', (value, rating) => {
    expect(facts({ 'XMP-microsoft:RatingPercent': value }).rating).toBe(rating);
  });
  it('repairs IPTC that is undeclared UTF-8, and nothing else', () => {
    expect(facts({ 'IPTC:ObjectName': 'ZÃ¼rich' }).title).toBe('Zürich');
    expect(facts({ 'IPTC:ObjectName': 'Zürich' }).title).toBe('Zürich');
    expect(facts({ 'IPTC:ObjectName': 'ZÃ¼rich', 'IPTC:CodedCharacterSet': 'UTF8' }).title).toBe('ZÃ¼rich');
    expect(facts({ 'XMP-dc:Title': 'ZÃ¼rich' }).title).toBe('ZÃ¼rich');
  });
  it('keeps a title that looks like a number unchanged', () => {
    expect(facts({ 'XMP-dc:Title': '1.10' }).title).toBe('1.10');
  });
});

describe('hostile text', () => {
  it('loses control characters and unpaired surrogates, and is truncated', () => {
    const found = facts({
      'XMP-dc:Title': 'a\u0000\u001b[31mb\ud800c\u0085\ufeff',
      'XMP-dc:Description': '<script>\u0007x</script>\r\ny',
    });
    expect(found).toEqual({ title: 'a[31mb\ufffdc', description: '<script>x</script>\ny' });
    const long = facts({
      'XMP-dc:Title': '😀'.repeat(5000),
      'XMP-dc:Subject': Array.from({ length: 2000 }, (_, i) => `t${i}`),
    });
    expect(long.title?.length).toBeLessThanOrEqual(wordLimits.title);
    expect(long.title?.isWellFormed()).toBe(true);
    expect(long.tags?.length).toBe(wordLimits.tags);
  });

  it('never throws and gives well-formed text of bounded size, whatever the tags', () => {
    const names = [
      'XMP-dc:Title',
      'XMP-dc:Subject',
      'IPTC:Keywords',
      'IPTC:ObjectName',
      'ExifIFD:DateTimeOriginal',
      'Composite:GPSLatitude',
      'Composite:GPSLongitude',
      'XMP-xmp:Rating',
      'ExifIFD:ISO',
      'GPS:GPSDateStamp',
      'GPS:GPSTimeStamp',
      'ExifTool:GeolocationTimeZone',
      '__proto__:x',
    ];
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ unit: fc.constantFrom('\ud800', '\udc00', '0', ':', ' ', 'Ã', '\u0000') }),
    );
    const value = fc.oneof(text, fc.array(text), fc.constant(null), fc.object());
    const tags = fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.record({ val: value, num: value }), value));
    fc.assert(
      fc.property(tags, (raw) => {
        const found = JSON.stringify({ ...readFacts(raw), ...describeTags(raw) });
        expect(found.length).toBeLessThan(250_000);
        // JSON.stringify escapes only lone surrogates, as \\ud8xx to \\udfxx.
        expect(/[^\\]\\ud[89a-f]/.test(found)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

describe('every tag', () => {
  it('is kept as text by its group, except binary ones and those of the filesystem', () => {
    const { tags, cut } = describeTags(
      answer({
        'System:FileName': 'a.jpg',
        'ExifTool:Warning': 'x',
        'File:MIMEType': 'image/jpeg',
        'ExifIFD:ISO': { num: '100', val: '100' },
        'XMP-dc:Subject': ['a', 'b'],
        'IFD1:ThumbnailImage': '(Binary data 4034 bytes, use -b option to extract)',
      }),
    );
    expect(tags).toEqual({ 'File:MIMEType': 'image/jpeg', 'ExifIFD:ISO': '100', 'XMP-dc:Subject': 'a, b' });
    expect(cut).toBe(false);
  });
  it('is truncated if it is long, with a mark', () => {
    const { tags, cut } = describeTags(answer({ 'X:Long': 'é'.repeat(10_000) }));
    expect([tags['X:Long']?.length, tags['X:Long']?.at(-1), cut]).toEqual([tagLimits.value, '…', true]);
  });
  it('stays below the limit of a document in all', () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`X:Tag${i}`, '漢'.repeat(400)]));
    const { tags, cut } = describeTags(answer(many));
    expect(Buffer.byteLength(JSON.stringify(tags))).toBeLessThanOrEqual(tagLimits.total);
    expect(Object.keys(tags).length).toBeGreaterThan(100);
    expect(cut).toBe(true);
  });
});
