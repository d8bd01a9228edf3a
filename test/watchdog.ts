/**
 * Kills a test process whose event loop is blocked for a minute: in an endless loop, or waiting for a child process
 * synchronously. Vitest's own timeouts need that loop, so they end only asynchronous waits. A thread watches, since no
 * other code runs then; it names the test, and Vitest reports a worker that exited unexpectedly. A process that got
 * some CPU time in that minute, but not most of it, is on a busy machine and gets up to five. One thread per process,
 * for all its files. `PHOTOSPOOL_WATCHDOG` sets another time than a minute, s.
 */
import { Worker } from 'node:worker_threads';
import { afterAll, beforeEach, expect } from 'vitest';

/**
 * The code of the thread. It gets the name of the running test, '' for none. It counts its own seconds, so that a
 * suspended machine does not count as blocked; and reads the CPU time of the process: most of the time means a loop,
 * almost none means waiting.
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
    const worked = used() - before;
    if (worked > 0.02 * still && worked < 0.8 * seconds && still < 5 * seconds) return;
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
