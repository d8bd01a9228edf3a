/** Live changes, as server-sent events. */
import { viewer, viewerNow } from '../http/request-viewer.js';
import type { Routes } from '../context.js';
import { bytes } from '../../api/photo-schemas.js';

export const events: Routes = (app, { live }) => {
  app.get(
    '/api/events',
    // A HEAD request would open a stream that is never read.
    {
      exposeHeadRoute: false,
      config: { rule: 'see' },
      schema: { summary: 'Live changes', response: bytes('events', 'text/event-stream') },
    },
    async (request, reply) =>
      reply
        .type('text/event-stream; charset=utf-8')
        .header('connection', 'close')
        .header('x-accel-buffering', 'no')
        .send(await live.connect(viewer(request), () => viewerNow(request), request.ip)),
  );
};
