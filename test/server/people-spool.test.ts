/** What owners are told of the spool where people have files in it. */
import { expect, test } from 'vitest';
import { house, publicIdOf } from '../../src/document/item-id.js';
import { expectError } from './fixture.js';
import { commandSecret } from './home.js';
import { openPeople } from './people-home.js';

test('owners see the files of the house and their own; of others’ only the number', async () => {
  const { home, people, ask } = await openPeople();
  const { ada, ben } = people;
  const at = '2026-11-24T10:00:00.000Z';
  const of = <T extends object>(make: (name: string) => T): (T & { holder?: string })[] => [
    make('zqhouse'),
    { ...make('zqada'), holder: ada.id },
    { ...make('zqben'), holder: ben.id },
  ];
  Object.assign(home.spool.state, {
    waiting: of((name) => ({ name, since: at, bytes: 1 })),
    work: of((name) => ({ name, step: 'render', since: at, claimed: at })),
    stuck: of((name) => ({ name, claim: name, reason: name, code: 'undecodable', attempts: 1, own: true })),
    groups: [{ code: 'undecodable', title: 'Damaged', count: 3, own: true }],
    ignored: of((name) => ({ name, reason: name })),
    recent: of((name) => ({ name, outcome: 'duplicate', sha256: 'a'.repeat(64), at, seconds: 1 })),
  });
  home.spool.totals = new Map([
    [house, { stored: 40, duplicates: 2 }],
    [ada.id, { stored: 5, duplicates: 0 }],
    [ben.id, { stored: 300, duplicates: 7 }],
  ]);
  const command = { authorization: `Bearer ${commandSecret}` };
  const found = (text: string): string[] => ['zqhouse', 'zqada', 'zqben'].filter((name) => text.includes(name));
  // What others import is in no total.
  for (const [headers, names, others, processed] of [
    [ada.headers, ['zqhouse', 'zqada'], 1, { stored: 45, duplicates: 2 }],
    [command, ['zqhouse'], 2, { stored: 40, duplicates: 2 }],
  ] as const) {
    const { body } = await ask(headers, 'GET', '/api/spool');
    const told = JSON.parse(body) as Record<string, { name: string }[]>;
    expect(found(body)).toEqual(names);
    for (const list of ['waiting', 'work', 'stuck', 'ignored', 'recent'])
      expect(told[list]!.map(({ name }) => name)).toEqual(names);
    expect(told).toMatchObject({
      others: { waiting: others, work: others, stuck: others },
      groups: [{ count: 3 - others }],
      news: { stuck: 1, ignored: 1 },
      processed,
    });
    const events = await home.app.inject({ method: 'GET', url: '/api/events', headers, payloadAsStream: true });
    let text = '';
    for await (const part of events.stream()) {
      text += String(part);
      if (text.includes('"type":"spool"')) break;
    }
    expect(found(text)).toEqual(names);
    expect(text).toContain(`"processed":${JSON.stringify(processed)}`);
    expect(text).not.toContain(ben.id);

    for (const url of ['/api/spool/ignore', '/api/spool/trash', '/api/spool/retry']) {
      home.spool.sees = undefined;
      await ask(headers, 'POST', url, { names: 'all' });
      expect([house, ada.id, ben.id].map((holder) => home.spool.sees?.(holder))).toEqual([true, others === 1, false]);
    }
  }
  // Whoever may not look into the spool is told of their own files, and not where they lie.
  const own = (await ask(ben.headers, 'GET', '/api/me/arrivals')).json<Record<string, { name: string }[]>>();
  for (const list of ['waiting', 'work', 'stuck', 'recent'])
    expect([list, own[list]!.map(({ name }) => name)]).toEqual([list, ['zqben']]);
  expect(own['stuck']).toMatchObject([{ code: 'undecodable', reason: 'Damaged: the file can’t be read.' }]);
  expect(own['processed']).toEqual({ stored: 300, duplicates: 7 });
  const recent = { sha256: publicIdOf({ holder: ben.id, sha256: 'a'.repeat(64) }) };
  expect(own['recent']).toMatchObject([recent]);
  expect(Object.values((await ask(people.cleo.headers, 'GET', '/api/me/arrivals')).json<object>())).toEqual([
    [],
    [],
    [],
    [],
    { stored: 0, duplicates: 0 },
  ]);
  expectError(await ask(command, 'GET', '/api/me/arrivals'), 409, 'conflict');
  expectError(await ask(ben.headers, 'GET', '/api/spool'), 403, 'forbidden');
  const figures = (await ask(ada.headers, 'GET', '/metrics')).body;
  expect(found(figures)).toEqual([]);
  expect(figures).toMatch(/^photospool_spool_stuck 3$/m);
});
