import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archiveName, duplicateName, safeName } from '../../src/archive/original-names.js';

const hash = 'ab'.repeat(32);

describe('names in the archive', () => {
  it('are YYYY/MM/name, with more of the hash while they are taken', () => {
    const names = [0, 1, 2, 7, 8].map((n) => archiveName('2024-07-01T12:00:00.000', 'IMG.1.jpg', hash, n));
    expect(names.slice(0, 3)).toEqual([
      '2024/07/IMG.1.jpg',
      '2024/07/IMG.1-abababab.jpg',
      '2024/07/IMG.1-abababababab.jpg',
    ]);
    expect(names[3]).toBe(`2024/07/IMG.1-${hash}.jpg`);
    expect(names[4]).toBe(`2024/07/IMG.1-${hash}-1.jpg`);
  });

  it('fit 255 bytes for any name, and stay in their folder', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.nat(20), (name, n) => {
        const [year, month, last, ...more] = archiveName('2024-07-01', name, hash, n).split('/');
        expect([year, month, more.length]).toEqual(['2024', '07', 0]);
        expect(Buffer.byteLength(last!)).toBeLessThanOrEqual(255);
        expect(['', '.', '..']).not.toContain(last);
        expect(last).not.toMatch(/[\u0000-\u001f]/);
      }),
    );
  });

  it('differ for each n', () => {
    for (const name of ['a.jpg', 'é'.repeat(200), '.jpg', 'x'.repeat(255)]) {
      const many = Array.from({ length: 30 }, (_, n) => archiveName('2024-07-01', name, hash, n));
      expect(new Set(many).size).toBe(30);
      expect(new Set(Array.from({ length: 30 }, (_, n) => duplicateName(name, n))).size).toBe(30);
    }
  });

  it('keep harmless characters', () => {
    for (const name of ["it's.jpg", '-rf.jpg', 'Ünï ©.JPG', 'CON.jpg']) expect(safeName(name)).toBe(name);
    expect(safeName('a/../b\n')).toBe('a_.._b_');
    expect(safeName('..')).toBe('_..');
  });

  it('go to 0000/00 without a valid date', () => {
    expect(archiveName('', 'a.jpg', hash, 0)).toBe('0000/00/a.jpg');
  });
});
