/** The owner's access settings. */
import { Type } from 'typebox';
import type { Routes } from '../context.js';
import { answers } from '../../api/photo-schemas.js';
import { AccessSettings, strict } from '../../api/access-schemas.js';
import { actorBehind } from '../http/sign-in-response.js';

export const access: Routes = (app, { access: { settings, transaction } }) => {
  const config = { rule: 'settings' } as const;
  const read = () => {
    const { visitors, familyEdits } = settings.read();
    return { visitors, familyEdits, publicAddress: settings.publicAddress() ?? null };
  };
  app.get(
    '/api/access',
    {
      config,
      schema: {
        summary: 'The access settings: whether visitors may look, whether family may edit, and the address in links',
        response: answers(AccessSettings),
      },
    },
    (_request, reply) => void reply.send(read()),
  );

  const Change = strict(
    {
      visitors: Type.Optional(Type.Boolean()),
      familyEdits: Type.Optional(Type.Boolean()),
      publicAddress: Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 300 }), Type.Null()])),
    },
    { minProperties: 1 },
  );
  app.patch(
    '/api/access',
    { config, schema: { summary: 'Changes the access settings', body: Change, response: answers(AccessSettings) } },
    (request, reply) => {
      const { publicAddress, ...change } = request.body;
      const actor = actorBehind(request);
      transaction(() => {
        settings.change(change, actor);
        if (publicAddress !== undefined) settings.setPublicAddress(publicAddress ?? undefined, actor);
      });
      void reply.send(read());
    },
  );
};
