import { scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openPasswords, usualCost } from '../../src/access/password-hash.js';
import { checkStrength } from '../../src/access/password-policy.js';
import { cheap } from './fixture.js';

const somebody = { known: 'somebody' };

describe('hashes of passwords', () => {
  it('use the parameters that OWASP names', () => {
    expect(usualCost).toEqual({ ln: 17, r: 8, p: 1 });
  });

  it('contain parameters, salt and key, and match the result of scrypt', async () => {
    const hash = await openPasswords({ cost: cheap, random: (n) => Buffer.alloc(n, 7) }).hash(
      'Straße 1234567',
      somebody,
    );
    const key = scryptSync('Straße 1234567', Buffer.alloc(16, 7), 32, { N: 16, r: 8, p: 1 });
    const text = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
    expect(hash).toBe(`$scrypt$ln=4,r=8,p=1$${text(Buffer.alloc(16, 7))}$${text(key)}`);
  });

  it('match their password in any Unicode form, and no other', async () => {
    const passwords = openPasswords({ cost: cheap });
    const hash = await passwords.hash('caf\u00e9 cr\u00e8me au lait', somebody);
    expect(await passwords.hash('caf\u00e9 cr\u00e8me au lait', somebody)).not.toBe(hash);
    expect(await passwords.check('cafe\u0301 cre\u0300me au lait', hash, somebody)).toBe('right');
    expect(await passwords.check('cafe creme au lait', hash, somebody)).toBe('wrong');
    expect(await passwords.check('', hash, somebody)).toBe('wrong');
  });

  it('with old parameters are valid and outdated', async () => {
    const hash = await openPasswords({ cost: { ...cheap, ln: 3 } }).hash('a', somebody);
    expect(await openPasswords({ cost: cheap }).check('a', hash, somebody)).toBe('stale');
    expect(await openPasswords({ cost: cheap }).check('b', hash, somebody)).toBe('wrong');
  });

  it.each(['', 'plain', '$scrypt$ln=30,r=8,p=1$AAAA$AAAA', '$scrypt$ln=4,r=8,p=1$AAAA$AAAA'])(
    'that are malformed (%j) match nothing',
    async (hash) => {
      expect(await openPasswords({ cost: cheap }).check('', hash, somebody)).toBe('wrong');
    },
  );

  it('are computed one at a time, with a limited queue (queue.test.ts)', async () => {
    let running = 0;
    let most = 0;
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const passwords = openPasswords({
      cost: cheap,
      derive: async () => {
        most = Math.max(most, ++running);
        await gate;
        running--;
        return Buffer.alloc(32, 1);
      },
    });
    const all = Array.from({ length: 100 }, (_, n) =>
      passwords.check('x', undefined, { stranger: `192.0.2.${n}` }).catch((error: unknown) => error),
    );
    release();
    const ended = await Promise.all(all);
    expect(most).toBe(1);
    expect(ended.filter((one) => one === 'wrong')).toHaveLength(20);
    expect(ended.filter((one) => one !== 'wrong')).toHaveLength(80);
    expect(ended.at(-1)).toMatchObject({ code: 'busy' });
    expect(await passwords.check('x', undefined, somebody)).toBe('wrong');
  });
});

describe('a password', () => {
  it.each([
    'seven green ladders',
    'tr0ub4dor&3 and more',
    'ЖЁЛТЫЙ чайник 9',
    '紫の長いはしごが七本ある',
    'qwertyuiop asdf 77 lamps',
  ])('like %j is accepted', (password) => {
    expect(() => checkStrength(password, 'Ada')).not.toThrow();
  });

  it.each([
    ['lamp', 'too short'],
    ['123456789', 'too short'],
    ['x'.repeat(257) + 'abcd', 'too long'],
    ['password123', 'too easy to guess'],
    ['P@ssw0rd2024!', 'too easy to guess'],
    ['1234567890', 'too easy to guess'],
    ['0987654321', 'too easy to guess'],
    ['qwertyuiop', 'too easy to guess'],
    ['aaaaaaaaaaaa', 'too easy to guess'],
    ['abababababab', 'too easy to guess'],
    ['iloveyou2026', 'too easy to guess'],
    ['Photospool2026', 'too easy to guess'],
    ['1q2w3e4r5t', 'too easy to guess'],
    ['Ada Lovelace', 'too easy to guess'],
    ['adalovelace1815', 'too easy to guess'],
  ])('like %j is rejected with a reason (%s) that does not repeat it', (password, why) => {
    let said: unknown;
    try {
      checkStrength(password, 'Ada Lovelace');
    } catch (error) {
      said = error;
    }
    expect(said).toMatchObject({ code: 'invalid', message: expect.stringContaining(why) as string });
    expect(JSON.stringify(said) + String(said)).not.toContain(password);
  });
});
