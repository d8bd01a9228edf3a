/** What the owner set of access. */
import { Type } from 'typebox';
import type { Routes } from '../parts.js';
import { answers } from '../schemas.js';
import { AccessSettings, strict } from '../shapes.js';
import { actorBehind } from '../visit.js';

export const access: Routes = (app, { access: { settings, transaction } }) => {
  const config = { rule: 'settings' } as const;
  const read = () => {
    const { visitors, familyEdits } = settings.read();
    return { visitors, familyEdits };
  };
  app.get(
    '/api/access',
    {
      config,
      schema: { summary: 'Whether visitors may look, and the family edit', response: answers(AccessSettings) },
    },
    (_request, reply) => void reply.send(read()),
  );

  const Change = strict(
    { visitors: Type.Optional(Type.Boolean()), familyEdits: Type.Optional(Type.Boolean()) },
    { minProperties: 1 },
  );
  app.patch(
    '/api/access',
    { config, schema: { summary: 'Changes that', body: Change, response: answers(AccessSettings) } },
    (request, reply) => {
      transaction(() => settings.change(request.body, actorBehind(request)));
      void reply.send(read());
    },
  );
};
