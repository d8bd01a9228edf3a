/** Nothing that goes wrong in a run of the simulated network is lost, although the run ends with it. */
import { tmpdir } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { openDice } from './dice.js';
import { openHome, type World } from './home.js';
import { openNetwork, settled } from './network.js';

test('an error of a run fails the history, after the run has ended too', async () => {
  const world: World = {
    ...{ dice: openDice(1), time: 1_700_000_000_000, folder: tmpdir(), acts: new Map() },
    ...{ trace: [], figures: {} },
  };
  const [maker, other] = ['A', 'B'].map((name) => openHome(world, name));
  onTestFinished(() => [maker!, other!].forEach((home) => home.close()));
  maker!.library.update('x:1', () => ({ format: 1, kind: 'x' }));
  const network = openNetwork(world, () => undefined);
  network.calm = true;
  const strange = new Error('Nobody made this.');
  other!.learned = () => {
    throw strange;
  };
  const run = network.start({ maker: maker!, other: other!, cut: false }, 'push', false);
  for (await settled(); network.advance();) await settled();
  expect([run.ended, network.runs()]).toEqual([true, []]);
  expect(network.error).toBe(strange);
});
