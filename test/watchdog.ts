/**
 * Kills a process of the tests whose event loop has been blocked for a minute: by an endless loop, or by waiting for a child
 * process synchronously. Vitest's own time limits need that loop, so they end only what waits asynchronously. A thread watches, as
 * nothing else still runs there; it names the test, and Vitest reports a worker that exited unexpectedly. One for each process,
 * whatever files it takes. `PHOTOSPOOL_WATCHDOG` sets another time, s.
 */
import { Worker } from 'node:worker_threads';
import { beforeEach, expect } from 'vitest';

/** What the thread does: it counts its own seconds, so that a machine that slept has not been blocked. */
const watch = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { writeSync } = require('node:fs');
  const { beats, seconds } = workerData;
  let [name, seen, still] = ['', -1, 0];
  parentPort.on('message', (test) => (name = test));
  setInterval(() => {
    const now = Atomics.load(beats, 0);
    still = now === seen ? still + 1 : 0;
    seen = now;
    if (still < seconds) return;
    writeSync(2, '\\nblocked for ' + seconds + ' s and killed: ' + name + '\\n');
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
beforeEach(() => {
  thread.postMessage(`${testPath} > ${expect.getState().currentTestName}`);
});
