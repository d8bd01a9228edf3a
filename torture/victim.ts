/**
 * A process that kills itself with SIGKILL right before its n-th changing call: `node victim.js WORLD N`, WORLD being a
 * world as JSON. With fewer calls, it ends normally.
 */
import { fileURLToPath } from 'node:url';
import { attempt } from './attempt.js';
import { reads, type Watcher } from './disk.js';
import { way } from './faults.js';
import type { World } from './world.js';

async function run(text: string, n: number): Promise<void> {
  const world = JSON.parse(text) as World;
  let calls = 0;
  const watcher: Watcher = {
    before({ op }) {
      if (!reads.has(op) && ++calls === n) process.kill(process.pid, 'SIGKILL');
    },
  };
  await attempt(world, way(world, watcher));
}

// Only as a separate process: the list of torture tests also loads this file.
const [program, text = '', n] = process.argv.slice(1);
if (program === fileURLToPath(import.meta.url)) await run(text, Number(n));
