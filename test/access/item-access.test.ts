/**
 * Who sees which item, compared with a naive model (people-truth.ts) over random histories; `npm run torture people` plays more.
 */
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { openItemAccess, readItem, type ItemAccess } from '../../src/access/item-access.js';
import { readGrants, withGive } from '../../src/document/grants.js';
import { itemId, membersId } from '../../src/document/item-id.js';
import { formatStamp } from '../../src/document/stamp.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { openDice } from '../simulation/dice.js';
import { openAccess, playPeople } from './people-history.js';
import { albums, items, openWorld, people, type Server } from './people-world.js';

test.each([0, 10, 20])('everybody sees what the model says, seeds from %i on', (first) => {
  const all = Array.from({ length: 10 }, (_, n) => playPeople(first + n, 220));
  // There is something to see, and something to hide.
  expect(all.reduce((sum, { shown }) => sum + shown, 0)).toBeGreaterThan(500);
  expect(all.reduce((sum, { hidden }) => sum + hidden, 0)).toBeGreaterThan(500);
});

test('what somebody added to an album does not come back by itself when they may add again', () => {
  const world = openWorld(openDice(1));
  const [server] = world.servers as [Server];
  const [anna, ben] = people as [string, string];
  const [album, item] = [albums[0]!, items.find(({ holder }) => holder === ben)!];
  const [id, members] = [itemId(item), membersId(album)];
  const seesIt = (): boolean => {
    const claims = readItem(item, server.documents.get(id))!;
    return openAccess(world, server).maySee({ kind: 'person', person: anna, actsForHouse: false }, claims);
  };
  world.create(server, id, `person:${ben}`);
  world.give(server, members, `person:${ben}`, 'add', `person:${anna}`);
  world.give(server, id, album, 'entry', `person:${ben}`);
  expect(seesIt()).toBe(true);
  world.end(server, members, `person:${ben}`, `person:${anna}`);
  expect(seesIt()).toBe(false);
  world.give(server, members, `person:${ben}`, 'add', `person:${anna}`);
  expect(seesIt()).toBe(false);
  world.give(server, id, album, 'entry', `person:${ben}`);
  expect(seesIt()).toBe(true);
  // A copy of the item that lost its ends shows nothing that was given in sight of them.
  world.end(server, id, album, `person:${ben}`);
  world.give(server, id, album, 'entry', `person:${ben}`);
  const { edits } = server.documents.get(id) as unknown as PhotoDocument;
  delete edits.ends;
  edits.gives = Object.fromEntries(Object.entries(edits.gives!).slice(-1));
  expect(seesIt()).toBe(false);
});

test('a decision does not keep the one before it in memory', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const [anna, ben] = people as [string, string];
  const album = albums.find((name) => name.startsWith(anna))!;
  const members = readGrants(
    withGive(
      {},
      { to: `person:${ben}`, what: 'view' },
      { at: formatStamp({ ms: 1.7e12, counter: 0, epoch: 'a' }), by: `person:${anna}` },
    ),
  );
  const decide = (): { access: ItemAccess; memory: WeakRef<object> } => {
    const documents = {
      ...{ find: (id: string) => (id === membersId(album) ? members : undefined), isThere: () => true },
      ...{ hasAlbum: () => true, offers: () => [], itemsIn: () => new Set<string>() },
    };
    const access = openItemAccess(documents);
    expect(access.albumRight(album, ben)).toBe('view');
    return { access, memory: new WeakRef(documents) };
  };
  const before = decide().memory;
  const now = decide();
  // A target of a new WeakRef stays until the end of the job.
  await setImmediate();
  collect();
  expect(before.deref()).toBeUndefined();
  expect(now.access.albumRight(album, ben)).toBe('view');
});
