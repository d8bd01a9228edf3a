/** The mesh as this server sees it: its links, what is on its way, and what was merged. */
import { Type } from 'typebox';
import type { Routes } from '../parts.js';
import { answers } from '../schemas.js';
import { CopiedHome, peerShape, MergeTally, Missing } from '../links.js';

export const peers: Routes = (app, { copies, exchange, library, mesh }) => {
  app.get(
    '/api/peers',
    {
      config: { rule: 'spool' },
      schema: {
        summary: 'Links to other servers, what is missing here, and what was merged',
        response: answers(
          Type.Object({
            peers: Type.Array(peerShape),
            missing: Missing,
            merges: MergeTally,
            copies: Type.Array(CopiedHome),
          }),
        ),
      },
    },
    (_request, reply) => {
      void reply.send({
        peers: mesh.status(),
        missing: exchange.named.counts(),
        merges: library.local.merges.read(),
        copies: copies?.all() ?? [],
      });
    },
  );
};
