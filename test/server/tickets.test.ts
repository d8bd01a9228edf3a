import { describe, expect, it } from 'vitest';
import { openTickets } from '../../src/server/files/download-tickets.js';

describe('tickets', () => {
  it('of one holder are limited to eight, and displace nobody else\u2019s', () => {
    const tickets = openTickets<number>({ now: () => 0 });
    const mine = tickets.draw('owner', 1);
    const theirs = Array.from({ length: 100 }, (_, n) => tickets.draw('family', n));
    expect(tickets.look(mine, 'owner')).toBe(1);
    expect(theirs.map((one) => tickets.look(one, 'family')).filter((one) => one !== undefined)).toEqual([
      92, 93, 94, 95, 96, 97, 98, 99,
    ]);
  });

  it('of all are limited to thirty-two; the heaviest user’s oldest is dropped', () => {
    const tickets = openTickets<number>({ now: () => 0 });
    const first = tickets.draw('owner', 0);
    for (const holder of ['a', 'b', 'c', 'd', 'e', 'f']) for (let n = 0; n < 8; n++) tickets.draw(holder, n);
    expect(tickets.look(first, 'owner')).toBe(0);
  });

  it('are good for their holder alone, and for ten minutes', () => {
    let now = 0;
    const tickets = openTickets<number>({ now: () => now });
    const one = tickets.draw('a', 7);
    expect([tickets.look(one, 'a'), tickets.look(one, 'b'), tickets.look('x', 'a')]).toEqual([7, undefined, undefined]);
    now = 10 * 60_000;
    expect(tickets.look(one, 'a')).toBeUndefined();
  });
});
