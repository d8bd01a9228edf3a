/** The days that photos have been in the trash, by clocks that jump, stand still and go backwards. */
import { describe, expect, it } from 'vitest';
import { memory } from './libraries.js';

const day = 86_400_000;
const hour = day / 24;
const start = Date.parse('2026-03-01T10:00:00Z');
const photo = { document: 'photo:a', edit: '000001700000000-0000-a' };

/** A server that looks once an hour, with a choice of 30 days; `look` tells how many are left. */
function openLooks(days: 30 | 60 = 30) {
  const { trashDays } = memory().library.local;
  trashDays.choose('house', { days, by: 'owner' });
  const look = (now: number, photos = [photo]): number | undefined => {
    trashDays.count(now);
    trashDays.see('house', photos, now);
    return trashDays.left('house', photo, now);
  };
  return { trashDays, look };
}

describe('the days in the trash', () => {
  it('go by once a day, and end after 30', () => {
    const { look } = openLooks();
    const left: (number | undefined)[] = [];
    for (let n = 0; n <= 31 * 24; n++) left.push(look(start + n * hour));
    expect(left.indexOf(0)).toBe(30 * 24);
    expect(left[0]).toBe(30);
    expect(left[24]).toBe(29);
    expect(left.every((n, at) => at === 0 || n! <= left[at - 1]!)).toBe(true);
  });

  it('are 60 if so chosen, and none without a choice', () => {
    const { trashDays, look } = openLooks(60);
    expect(look(start)).toBe(60);
    trashDays.choose('house', undefined);
    expect(look(start + hour)).toBeUndefined();
    expect(trashDays.choices()).toEqual([]);
  });

  it('are one at most for a clock that jumps ahead, or a server that did not run', () => {
    const { look } = openLooks();
    expect(look(start)).toBe(30);
    expect(look(start + 365 * day)).toBe(29);
    expect(look(start + 365 * day + hour)).toBe(29);
    // The clock is put right: the date of the jump does not hold up the days that follow.
    expect(look(start + day)).toBe(29);
    expect(look(start + 2 * day)).toBe(28);
  });

  it('are never fewer than those of the clock, if it swings to and fro', () => {
    const { look } = openLooks();
    look(start);
    for (let n = 1; n < 200; n++) expect(look(start + hour + (n % 2) * day)).toBeGreaterThanOrEqual(29);
  });

  it('start anew after the clock was earlier than the first sight', () => {
    const { look } = openLooks();
    for (let n = 0; n < 20; n++) look(start + n * day);
    expect(look(start - 10 * 365 * day)).toBe(30);
    expect(look(start + 20 * day)).toBe(29);
  });

  it('start anew if the photo left the trash, by another edit, with another choice, and after a restore', () => {
    const { trashDays, look } = openLooks();
    const at = (n: number): number => start + n * day;
    look(at(0));
    expect(look(at(10))).toBe(29);
    look(at(11), []);
    expect(look(at(12))).toBe(30);
    expect(look(at(13))).toBe(29);
    const again = { ...photo, edit: '000001700000000-0001-a' };
    look(at(14), [again]);
    expect(trashDays.left('house', again, at(14))).toBe(30);
    trashDays.choose('house', { days: 60, by: 'owner' });
    expect(look(at(15))).toBe(60);
    expect(look(at(16))).toBe(59);
    trashDays.startAnew();
    expect(look(at(17))).toBe(60);
  });

  it('are those of each holder', () => {
    const { trashDays, look } = openLooks();
    look(start);
    trashDays.choose('ben', { days: 60, by: 'person:ben' });
    const ofBen = { ...photo, document: 'own:ben:a' };
    trashDays.see('ben', [ofBen], start);
    trashDays.count(start + day);
    expect(trashDays.left('house', photo, start + day)).toBe(29);
    expect(trashDays.left('ben', ofBen, start + day)).toBe(59);
    trashDays.choose('ben', undefined);
    expect(trashDays.choices()).toEqual([{ holder: 'house', days: 30, by: 'owner' }]);
    expect(trashDays.left('house', photo, start + day)).toBe(29);
  });
});
