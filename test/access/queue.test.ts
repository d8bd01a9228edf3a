import { describe, expect, it } from 'vitest';
import { openPasswordQueue, type Waiter } from '../../src/access/password-queue.js';

/** A queue whose work is done when the test says so, one after another; tells what was begun, in which order. */
function openTestQueue() {
  const queue = openPasswordQueue();
  const begun: string[] = [];
  const refused: string[] = [];
  let working = 0;
  let most = 0;
  const ends: (() => void)[] = [];
  return {
    begun,
    refused,
    most: () => most,
    /** Comes to wait; resolves when it is known whether there was a place. */
    async come(name: string, waiter: Waiter): Promise<void> {
      const done = queue.run(waiter, async () => {
        begun.push(name);
        most = Math.max(most, ++working);
        await new Promise<void>((resolve) => ends.push(resolve));
        working--;
      });
      done.catch(() => refused.push(name));
      await new Promise((resolve) => setImmediate(resolve));
    },
    /** Ends what is in work, and what comes after it, until nobody waits. */
    async finish(): Promise<void> {
      for (let end = ends.shift(); end; end = ends.shift()) {
        end();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

const stranger = (n: number): Waiter => ({ stranger: `192.0.2.${n}` });

describe('a request that waits for a password hash', () => {
  it('comes right after the current one if it is known, however many strangers wait', async () => {
    const queue = openTestQueue();
    for (let n = 0; n < 100; n++) await queue.come(`stranger ${n}`, stranger(n));
    expect(queue.refused).toHaveLength(80);
    await queue.come('owner', { known: 'ada' });
    await queue.finish();
    expect(queue.begun.slice(0, 3)).toEqual(['stranger 0', 'owner', 'stranger 1']);
    expect(queue.begun).toHaveLength(21);
    expect(queue.most()).toBe(1);
  });

  it('of a known person has reserved places when strangers and visitors of links have taken all of theirs', async () => {
    const queue = openTestQueue();
    for (let n = 0; n < 100; n++) {
      await queue.come(`stranger ${n}`, stranger(n));
      await queue.come(`link ${n}`, { link: `192.0.2.${n}` });
    }
    for (const name of ['ada', 'ben', 'cleo']) await queue.come(name, { known: name });
    await queue.finish();
    expect(queue.begun.slice(1, 4)).toEqual(['ada', 'ben', 'cleo']);
    expect(queue.refused.filter((name) => !/stranger|link/.test(name))).toEqual([]);
  });

  it('is limited to two per address, five per IPv6 /48, and two per person', async () => {
    const queue = openTestQueue();
    for (let n = 0; n < 5; n++) await queue.come('one address', stranger(1));
    for (let n = 0; n < 5; n++) await queue.come('one /64', { stranger: `2001:db8:1:2::${n}` });
    for (let n = 0; n < 50; n++) await queue.come('one /48', { stranger: `2001:db8:1:${n + 16}::1` });
    for (let n = 0; n < 5; n++) await queue.come('one person', { known: 'ada' });
    await queue.finish();
    const count = (name: string): number => queue.begun.filter((one) => one === name).length;
    expect(['one address', 'one /64', 'one /48', 'one person'].map(count)).toEqual([2, 2, 3, 2]);
    await queue.come('one address', stranger(1));
    await queue.finish();
    expect(count('one address')).toBe(3);
  });

  it('for a share link alternates with strangers, and has places of its own', async () => {
    const queue = openTestQueue();
    for (let n = 0; n < 30; n++) await queue.come(`link ${n}`, { link: `192.0.2.${n}` });
    for (let n = 0; n < 3; n++) await queue.come(`stranger ${n}`, stranger(n));
    await queue.finish();
    expect(queue.begun.slice(0, 7)).toEqual([
      ...['link 0', 'stranger 0', 'link 1', 'stranger 1', 'link 2', 'stranger 2', 'link 3'],
    ]);
    expect(queue.begun).toHaveLength(13);
  });

  it('is not delayed by failed work', async () => {
    const queue = openPasswordQueue();
    await expect(queue.run({ known: 'ada' }, () => Promise.reject(new Error('no memory')))).rejects.toThrow(
      'no memory',
    );
    expect(await queue.run({ known: 'ada' }, () => Promise.resolve('done'))).toBe('done');
  });
});
