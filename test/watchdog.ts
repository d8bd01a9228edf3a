/**
 * Kills a process of the tests whose event loop stands still for a minute in a file of tests: in an endless loop, or waiting for a child
 * process synchronously. Vitest's own time limits need that loop, so they end only what waits asynchronously. A thread watches, as
 * nothing else still runs there; it names the test, and Vitest reports a worker that exited unexpectedly. What got little of the
 * processor in that minute, but some, works on a machine that has no time for it, and gets five. One thread for each process,
 * whatever files it takes. `PHOTOSPOOL_WATCHDOG` sets another time than a minute, s.
 */
import { Worker } from 'node:worker_threads';
import { afterAll, beforeEach, expect } from 'vitest';

/**
 * What the thread does. It is told the name of what runs, '' where nothing does. It counts its own seconds, so that a machine that
 * slept has not stood still; and looks at the CPU time of the process: a quarter of the time is a loop, next to nothing is waiting.
 */
const watch = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { writeSync } = require('node:fs');
  const { beats, seconds } = workerData;
  const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
  let [name, seen, still, before] = ['', -1, 0, 0];
  parentPort.on('message', (test) => (name = test));
  setInterval(() => {
    const now = Atomics.load(beats, 0);
    if (now !== seen || name === '') [seen, still, before] = [now, 0, used()];
    else still++;
    if (still < seconds) return;
    const share = (used() - before) / still;
    if (share > 0.02 && share < 0.25 && still < 5 * seconds) return;
    writeSync(2, '\\nblocked for ' + still + ' s and killed: ' + name + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }, 1000);`;

interface Watched {
  photospoolWatchdog?: Worker;
}

function start(): Worker {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const seconds = Number(process.env['PHOTOSPOOL_WATCHDOG'] ?? 60);
  const thread = new Worker(watch, { eval: true, workerData: { beats, seconds } });
  thread.unref();
  setInterval(() => Atomics.add(beats, 0, 1), 500).unref();
  return thread;
}

const { testPath } = expect.getState();
const thread = ((globalThis as Watched).photospoolWatchdog ??= start());
thread.postMessage(testPath);
afterAll(() => thread.postMessage(''));
beforeEach(() => {
  thread.postMessage(`${testPath} > ${expect.getState().currentTestName}`);
});
