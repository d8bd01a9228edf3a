/**
 * The cost of an idle server: CPU time, memory, child processes. One photo is imported first, so that everything that
 * could stay running was started. `npm run bench idle [photos] [seconds]`. Linux.
 */
import { copyFileSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bigPhotos } from './photos.js';
import { descendants, resident, table } from './run.js';
import { makeHome, startServer } from './server.js';

/** The question of this bench. */
export const title = 'Idle: processor time, memory and children of a server with nothing to do';

/** Clock ticks per second (USER_HZ), a constant of Linux. */
const ticks = 100;
/** Longer than all idle timeouts. */
const cooling = 90;

/** Runs it. Arguments: photos in the library (10,000), seconds to measure (60). */
export async function run([photos = '10000', seconds = '60']: string[]): Promise<void> {
  const server = await startServer(makeHome(Number(photos)));
  try {
    const set = await bigPhotos(1, 12);
    copyFileSync(join(set, 'IMG_0000.jpg'), join(server.home, 'one.jpg'));
    renameSync(join(server.home, 'one.jpg'), join(server.home, 'incoming', 'one.jpg'));
    await fetch(`${server.url}/api/spool/process`, { method: 'POST' });
    await fetch(`${server.url}/api/timeline`);
    await sleep(cooling * 1000);
    const before = spent(server.pid);
    await sleep(Number(seconds) * 1000);
    const share = ((spent(server.pid) - before) / ticks / Number(seconds)) * 100;
    const children = descendants(server.pid).length;
    console.log(
      `\nA server with ${Number(photos).toLocaleString('en')} photos, looked at for ${seconds} s, ${cooling} s after its last photo\n`,
    );
    const megabytes = resident(server.pid);
    console.log(
      table(
        ['', 'measured', 'wanted', ''],
        [
          ['of a core', `${share.toFixed(3)} %`, 'below 0.1 %', share < 0.1 ? 'yes' : 'no'],
          ['resident', `${megabytes.toFixed(0)} MiB`, 'below 200 MiB', megabytes < 200 ? 'yes' : 'no'],
          ['child processes', String(children), '0', children === 0 ? 'yes' : 'no'],
        ],
      ),
    );
  } finally {
    await server.stop();
  }
}

/** The CPU time of a process so far, in clock ticks: utime and stime of proc(5). */
function spent(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
