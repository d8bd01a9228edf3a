import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { disposition } from '../../src/server/http/content-disposition.js';

describe('Content-Disposition', () => {
  it.each([
    ['IMG_1.jpg', 'inline; filename="IMG_1.jpg"'],
    ['Größe.jpg', `inline; filename="Gr__e.jpg"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.jpg`],
    ['a"b%.jpg', `inline; filename="a_b_.jpg"; filename*=UTF-8''a%22b%25.jpg`],
    ["it's (1)*.jpg", `inline; filename="it's (1)*.jpg"`],
    ["é'().jpg", `inline; filename="_'().jpg"; filename*=UTF-8''%C3%A9%27%28%29.jpg`],
    ['../../etc/passwd', 'inline; filename=".._.._etc_passwd"'],
    ['a\r\nSet-Cookie: x.jpg', 'inline; filename="a__Set-Cookie: x.jpg"'],
    ['\u202egpj.exe', 'inline; filename="_gpj.exe"'],
    ['\ud800.jpg', 'inline; filename="_.jpg"'],
    ['..', 'inline; filename="photo"'],
    ['', 'inline; filename="photo"'],
  ])('%j', (name, header) => {
    expect(disposition('inline', name)).toBe(header);
  });

  it('is one ASCII header for any name', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', maxLength: 400 })), (name) => {
        expect(disposition('attachment', name)).toMatch(
          /^attachment; filename="[\x20-\x21\x23-\x24\x26-\x5b\x5d-\x7e]+"(?:; filename\*=UTF-8''(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+)?$/,
        );
      }),
    );
  });
});
