import { describe, expect, it } from 'vitest';
import { codes, PhotospoolError, printable, sentence, toPhotospoolError } from '../../src/base/errors.js';

describe('errors', () => {
  it('translates system errors to a sentence with a remedy', () => {
    const error = toPhotospoolError(
      Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', path: '/a/b.jpg' }),
      'copy',
    );
    expect(error).toMatchObject({ code: 'disk-full', transient: true, path: '/a/b.jpg' });
    expect(sentence(error)).toBe(
      'Could not copy /a/b.jpg: the disk is full. Free up some space. Photospool retries automatically.',
    );
  });

  it('keeps PhotospoolErrors, and of others the first line', () => {
    const own = new PhotospoolError('undecodable', 'x.jpg is no picture.');
    expect(toPhotospoolError(own)).toBe(own);
    expect(toPhotospoolError(new Error('first\nsecond'), 'read', 'x').message).toBe('Could not read x: first.');
    expect(toPhotospoolError('just text').code).toBe('internal');
  });

  it('escapes names that would break the line or reverse its direction', () => {
    expect(printable('a\nb\u001b[31m\u202egpj.exe')).toBe('a\\u{a}b\\u{1b}[31m\\u{202e}gpj.exe');
  });

  it('maps every code to a status', () => {
    for (const { status } of Object.values(codes)) expect(status).toBeGreaterThanOrEqual(400);
  });
});
