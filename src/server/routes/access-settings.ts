/** The owner's access settings. */
import { Type } from 'typebox';
import type { Routes } from '../context.js';
import { answers } from '../../api/photo-schemas.js';
import { AccessSettings, strict } from '../../api/access-schemas.js';
import { actorBehind } from '../http/sign-in-response.js';
import { changePublicPage, longest, publicPage } from '../pages/public-page.js';

export const access: Routes = (app, context) => {
  const { settings, transaction } = context.access;
  const config = { rule: 'settings' } as const;
  const read = () => {
    const { visitors, familyEdits } = settings.read();
    const { title, intro = null } = publicPage(context);
    return { visitors, familyEdits, publicAddress: settings.publicAddress() ?? null, title, intro };
  };
  app.get(
    '/api/access',
    {
      config,
      schema: {
        summary:
          'The access settings: whether visitors may look and what they read, whether family may edit, and the address in links',
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
      title: Type.Optional(Type.Union([Type.String({ maxLength: longest.title }), Type.Null()])),
      intro: Type.Optional(Type.Union([Type.String({ maxLength: longest.intro }), Type.Null()])),
    },
    { minProperties: 1 },
  );
  app.patch(
    '/api/access',
    { config, schema: { summary: 'Changes the access settings', body: Change, response: answers(AccessSettings) } },
    (request, reply) => {
      const { publicAddress, title, intro, ...change } = request.body;
      const actor = actorBehind(request);
      transaction(() => {
        settings.change(change, actor);
        if (publicAddress !== undefined) settings.setPublicAddress(publicAddress ?? undefined, actor);
        changePublicPage(context.library, {
          ...(title !== undefined && { title }),
          ...(intro !== undefined && { intro }),
        });
      });
      void reply.send(read());
    },
  );
};
