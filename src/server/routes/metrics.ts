/** Metrics in Prometheus' text format (exposition format 0.0.4). */
import { viewer } from '../http/request-viewer.js';
import { meshFigures } from '../mesh-metrics.js';
import { meshState } from '../peer-status.js';
import { makeDone } from '../archive-count.js';
import { stepBounds, type StepFigures } from '../../spool/spool-interface.js';
import type { Routes } from '../context.js';
import { bytes } from '../../api/photo-schemas.js';
import { sightOf } from '../../album/visibility.js';

/** Name, type, help, value. */
type Figure = [string, 'gauge' | 'counter', string, number];

export const metrics: Routes = (app, { catalog, clock, config, exchange, library, live, mesh, spool, ask }) => {
  const done = makeDone(library, clock);
  const age = (first?: { since: string }): number =>
    first ? Math.max(0, clock.now() - Date.parse(first.since)) / 1000 : 0;
  app.get(
    '/metrics',
    {
      config: { rule: 'metrics' },
      schema: { summary: 'Metrics for Prometheus', response: bytes('figures', 'text/plain') },
    },
    async (request, reply) => {
      const who = viewer(request);
      const photos = catalog.count(await ask('', 'count', who), sightOf(who));
      const status = await spool.status();
      const { user, system } = process.cpuUsage();
      const figures: Figure[] = [
        ['photospool_photos', 'gauge', 'Photos in the library', photos],
        ['photospool_spool_incoming', 'gauge', 'Files waiting in incoming', status.incoming],
        ['photospool_spool_work', 'gauge', 'Files in progress', status.work.length],
        ['photospool_spool_stuck', 'gauge', 'Stuck files', status.stuck.length],
        ['photospool_spool_ignored', 'gauge', 'Skipped files', status.ignored.length],
        ['photospool_spool_stored_total', 'counter', 'Photos stored since the start', status.stored],
        ['photospool_spool_duplicates_total', 'counter', 'Duplicates since the start', status.duplicates],
        ['photospool_spool_stored_today', 'gauge', 'Photos stored since midnight', status.today.stored],
        ['photospool_spool_duplicates_today', 'gauge', 'Duplicates since midnight', status.today.duplicates],
        ['photospool_spool_rate', 'gauge', 'Files processed per minute over the last five minutes', status.rate],
        [
          'photospool_spool_oldest_seconds',
          'gauge',
          'Seconds that the oldest file in incoming has been waiting',
          age(status.waiting[0]),
        ],
        ['photospool_spool_held', 'gauge', '1 while a disk problem pauses importing', Number(!!status.held)],
        ['photospool_originals', 'gauge', 'Originals in the archive', done(status)],
        ['photospool_live_pages', 'gauge', 'Open pages with live updates', live.pages()],
        ['photospool_uptime_seconds', 'gauge', 'Seconds since the start', process.uptime()],
        ['process_cpu_seconds_total', 'counter', 'CPU time', (user + system) / 1e6],
        ['process_resident_memory_bytes', 'gauge', 'Resident memory', process.memoryUsage.rss()],
      ];
      const info = `# HELP photospool_info Version\n# TYPE photospool_info gauge\nphotospool_info{version=${JSON.stringify(config.version)}} 1\n`;
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(
        info +
          figures.map(write).join('') +
          meshFigures({
            ...meshState({ exchange, library, mesh }),
            merges: library.local.merges.count(),
            now: clock.now(),
          }) +
          steps(spool.steps()),
      );
    },
  );
};

const write = ([name, type, help, value]: Figure): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`;

/** The histogram of the durations of steps. */
function steps(figures: readonly StepFigures[]): string {
  const name = 'photospool_step_seconds';
  const lines = figures.flatMap(({ step, counts, count, sum }) => [
    ...stepBounds.map((bound, n) => `${name}_bucket{step="${step}",le="${bound}"} ${counts[n]}`),
    `${name}_bucket{step="${step}",le="+Inf"} ${count}`,
    `${name}_sum{step="${step}"} ${sum}`,
    `${name}_count{step="${step}"} ${count}`,
  ]);
  return [`# HELP ${name} Seconds that a file was in a step`, `# TYPE ${name} histogram`, ...lines, ''].join('\n');
}
