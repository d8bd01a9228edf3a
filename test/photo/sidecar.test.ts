/** Sidecars of other programs, in the forms in which these write them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openMetadata } from '../../src/photo/facts/read-metadata.js';
import { temporaryFolder } from '../folder.js';
import { list, wrap, xmp } from '../xmp.js';

const metadata = openMetadata({ processes: 1 });
afterAll(() => metadata.close());

function read(text: string | Buffer) {
  const path = join(temporaryFolder(), 'a.xmp');
  writeFileSync(path, text);
  return metadata.sidecar(path);
}

describe('the values of', () => {
  it('darktable: flat tags without its own, a rating, a position', async () => {
    const own = ['darktable', 'exported', 'format', 'cr2'];
    const text = wrap(
      ' xmp:Rating="-1" exif:GPSLatitude="48,12.492N" exif:GPSLongitude="16,22.428E" exif:GPSAltitude="1512/10" exif:GPSAltitudeRef="0" exif:DateTimeOriginal="2024:07:01 12:00:00.250" darktable:xmp_version="5"',
      list('dc:subject', 'Seq', [...own, 'Wien', 'Österreich']) +
        list('lr:hierarchicalSubject', 'Seq', ['darktable|exported', 'darktable|format|cr2', 'Orte|Österreich|Wien']),
    );
    const values = await read(text);
    expect(values).toMatchObject({
      rating: -1,
      tags: ['Wien', 'Österreich'],
      taken: '2024-07-01T12:00:00.250',
      gps: { lat: 48.2082, lon: 16.3738, alt: 151.2 },
      place: { city: 'Vienna', country: 'AT' },
    });
  });

  it('digiKam: the leaves of its trees if there are no flat keywords', async () => {
    const text = wrap(
      ' MicrosoftPhoto:Rating="75"',
      list('digiKam:TagsList', 'Seq', ['Places/Rome', 'Anna']) +
        list('MicrosoftPhoto:LastKeywordXMP', 'Bag', ['Places/Rome']),
    );
    expect(await read(text)).toEqual({ tags: ['Rome', 'Anna'], rating: 4 });
  });

  it('Windows and Media Pro: their keywords if there is nothing else', async () => {
    expect(await read(wrap('', list('MicrosoftPhoto:LastKeywordXMP', 'Bag', ['a/b'])))).toEqual({ tags: ['b'] });
    expect(await read(wrap('', list('mediapro:CatalogSets', 'Bag', ['c|d'])))).toEqual({ tags: ['d'] });
  });

  it('Lightroom: title, description, date with its offset, a typed place, in UTF-16 too', async () => {
    const text = wrap(
      ' xmp:Rating="0" xmp:Label="Red" xmp:CreateDate="2010-09-27T14:35:33+02:00" photoshop:City="Rome" photoshop:Country="Italy" crs:Exposure2012="+0.50"',
      '<dc:title><rdf:Alt><rdf:li xml:lang="de">Forum</rdf:li><rdf:li xml:lang="x-default">The Forum</rdf:li></rdf:Alt></dc:title><dc:description><rdf:Alt><rdf:li xml:lang="x-default">a &lt;b&gt;\nc</rdf:li></rdf:Alt></dc:description>',
    );
    const values = {
      title: 'The Forum',
      description: 'a <b>\nc',
      rating: 0,
      taken: '2010-09-27T14:35:33.000',
      offset: '+02:00',
      place: { city: 'Rome' },
    };
    expect(await read(text)).toMatchObject(values);
    const wide = Buffer.from(`\ufeff${text.replace('UTF-8', 'UTF-16')}`, 'utf16le');
    expect(await read(wide)).toMatchObject(values);
  });
});

describe('hostile sidecars', () => {
  it('an entity bomb is not expanded, and nothing is fetched', async () => {
    const bomb = xmp({ title: 'X' }).replace(
      '<x:xmpmeta',
      '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]><x:xmpmeta',
    );
    const values = await read(bomb.replace('>X<', '>&b;&c;<'));
    expect(JSON.stringify(values)).not.toMatch(/lollol/);
  });

  it('nested thousands deep, or truncated: a result or an error, and the next one is read', async () => {
    const deep = `${'<rdf:Bag><rdf:li>'.repeat(5_000)}x${'</rdf:li></rdf:Bag>'.repeat(5_000)}`;
    await read(wrap('', `<dc:subject>${deep}</dc:subject>`)).catch((error: unknown) =>
      expect(error).toMatchObject({ code: expect.stringMatching(/^(timeout|too-large|io)$/) as string }),
    );
    expect(await read(xmp({ title: 'cut off' }).slice(0, 60))).toEqual({});
    expect(await read(xmp({ title: 'next' }))).toEqual({ title: 'next' });
  });

  it('endless keywords are truncated', async () => {
    const { tags } = await read(xmp({ tags: Array.from({ length: 2_000 }, (_, n) => `${n}${'x'.repeat(300)}`) }));
    expect(tags).toHaveLength(500);
    expect(Math.max(...tags!.map((tag) => tag.length))).toBe(200);
  });
});
