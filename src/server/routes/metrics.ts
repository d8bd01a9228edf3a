/** Figures in Prometheus' text format (exposition format 0.0.4). */
import { viewer } from '../access.js';
import type { Routes } from '../parts.js';
import { bytes } from '../schemas.js';
import { sightOf } from '../sight.js';

/** Name, type, help, value. */
type Figure = [string, 'gauge' | 'counter', string, number];

export const metrics: Routes = (app, { catalog, config, live, spool, ask }) => {
  app.get(
    '/metrics',
    {
      config: { rule: 'metrics' },
      schema: { summary: 'Figures for Prometheus', response: bytes('figures', 'text/plain') },
    },
    async (request, reply) => {
      const who = viewer(request);
      const photos = catalog.count(await ask('', 'count', who), sightOf(who));
      const status = await spool.status();
      const { user, system } = process.cpuUsage();
      const figures: Figure[] = [
        ['photospool_photos', 'gauge', 'Photos in the album', photos],
        ['photospool_spool_incoming', 'gauge', 'Files that wait', status.incoming],
        ['photospool_spool_work', 'gauge', 'Files in hand', status.work.length],
        ['photospool_spool_stuck', 'gauge', 'Files that are stuck', status.stuck.length],
        ['photospool_spool_ignored', 'gauge', 'Files that are left alone', status.ignored.length],
        ['photospool_spool_stored_total', 'counter', 'Photos stored since the start', status.stored],
        ['photospool_spool_duplicates_total', 'counter', 'Duplicates since the start', status.duplicates],
        ['photospool_live_pages', 'gauge', 'Pages that listen to changes', live.pages()],
        ['photospool_uptime_seconds', 'gauge', 'Seconds since the start', process.uptime()],
        ['process_cpu_seconds_total', 'counter', 'CPU time', (user + system) / 1e6],
        ['process_resident_memory_bytes', 'gauge', 'Resident memory', process.memoryUsage.rss()],
      ];
      const info = `# HELP photospool_info Version\n# TYPE photospool_info gauge\nphotospool_info{version=${JSON.stringify(config.version)}} 1\n`;
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(info + figures.map(write).join(''));
    },
  );
};

const write = ([name, type, help, value]: Figure): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`;
