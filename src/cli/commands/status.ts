/** `photospool status`: what is incoming, in work, stuck, done. Reads the disk; changes nothing. */
import { openFiles } from '../../base/files.js';
import { readStatus } from '../../spool/status.js';
import { viewHome } from '../view.js';
import { counted, exit, print, printJson } from '../output.js';
import { askServer, findServer } from '../spool.js';
import { addVerb, configOf, type Flags, type Verb } from '../verb.js';
import type { SpoolStatus } from '../../spool/port.js';

/** The verb `status`. */
export const status: Verb = (program, run) => {
  addVerb(program, 'status', 'shows what is incoming, in work, stuck and done').action((flags: Flags) =>
    run(() => showStatus(flags)),
  );
};

async function showStatus(flags: Flags): Promise<number> {
  const config = configOf(flags);
  const server = await findServer(config);
  const spool = server
    ? await askServer<SpoolStatus>(server, 'GET', '/api/spool')
    : await readStatus(config.incoming, config.work, openFiles());
  const view = await viewHome(config);
  const done = view?.library.local.originals.counts().here ?? 0;
  view?.close();
  const { incoming, work, stuck, ignored } = spool;
  if (flags.json) printJson({ incoming, work, stuck, ignored, done, peers: [], ...(server && { server: server.url }) });
  else for (const line of describe({ ...spool, done, url: server?.url })) print(line);
  return exit.done;
}

function describe({
  incoming,
  work,
  stuck,
  ignored,
  done,
  url,
}: SpoolStatus & { done: number; url: string | undefined }): string[] {
  return [
    url === undefined ? 'no server running' : `album at   ${url}`,
    `incoming   ${counted(incoming, 'file')}`,
    `in work    ${counted(work.length, 'file')}`,
    ...work.map(({ name, step, since }) => `  ${name}: ${step} since ${since}`),
    `stuck      ${counted(stuck.length, 'file')}`,
    ...stuck.map(
      ({ name, reason, attempts, next }) =>
        `  ${name}: ${reason} Tried ${counted(attempts, 'time')}; ${next === undefined ? 'waits for `photospool retry`' : `next try ${next}`}.`,
    ),
    `left alone ${counted(ignored.length, 'file')}`,
    ...ignored.map(({ name, reason }) => `  ${name}: ${reason}`),
    `done       ${counted(done, 'photo')}`,
  ];
}
