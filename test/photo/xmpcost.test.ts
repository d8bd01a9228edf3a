import { describe, expect, it } from 'vitest';
import { openMetadata } from '../../src/photo/facts/read-metadata.js';
import { isReasonable, largestSidecar } from '../../src/photo/facts/xmp-limits.js';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../folder.js';

const xmp = (inner: string): string =>
  '<?xpacket begin="" id="x"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF ' +
  'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" a:note="a > b">' +
  `${inner}</rdf:Description></rdf:RDF></x:xmpmeta>`;
const judge = (text: string): boolean => isReasonable(Buffer.from(text));
const nested = (depth: number, inner = 'x'): string => '<a:b>'.repeat(depth) + inner + '</a:b>'.repeat(depth);

describe('a sidecar', () => {
  it.each([
    ['that is empty', ''],
    ['with a title', xmp('<dc:title>x</dc:title>')],
    ['with a thousand keywords', xmp(`<rdf:Bag>${'<rdf:li>word</rdf:li>'.repeat(1_000)}</rdf:Bag>`)],
    [
      'with a long history',
      xmp('<rdf:li darktable:num="1" darktable:operation="exposure" darktable:params="00ff"/>'.repeat(2_000)),
    ],
    ['with a long description', xmp(`<dc:description>${'words '.repeat(100_000)}</dc:description>`)],
    ['with signs in quotes', xmp(`<a:b c="${'<'.repeat(1_000)}"/>`)],
  ])('%s is read', (_, text) => expect(judge(text)).toBe(true));

  it.each([
    ['nested five thousand deep', xmp(nested(5_000))],
    ['nested deep again and again', xmp(nested(40).repeat(4_000))],
    ['with much in the depth', xmp(nested(60, 'y'.repeat(2_000_000)))],
    ['of a hundred thousand properties', xmp('<a:p>x</a:p>'.repeat(100_000))],
    ['of a hundred thousand attributes', xmp(`<a:b ${'a:p="x" '.repeat(100_000)}/>`)],
    ['that is too large', 'x'.repeat(largestSidecar + 1)],
    ['that never closes', '<a'.repeat(1_000_000)],
  ])('%s is rejected', (_, text) => expect(judge(text) && text.length < 1_000_000).toBe(false));

  it('that is rejected fails permanently, before ExifTool runs', async () => {
    const path = join(temporaryFolder(), 'a.xmp');
    writeFileSync(path, xmp(nested(5_000)));
    // No time for any request.
    const metadata = openMetadata({ processes: 1, limits: { seconds: 0, memory: 1, output: 1 } });
    await expect(metadata.sidecar(path)).rejects.toMatchObject({ code: 'too-large', transient: false });
    await metadata.close();
  });
});
