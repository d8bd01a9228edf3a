/**
 * Offers: photos that a person, or the house, offers to a recipient, who saves them. The rule of these routes admits
 * everyone with an account; album/offers.ts checks each offer. Rejected while people have no libraries here.
 */
import { Type, type Static } from 'typebox';
import { openOffers, type Offer as Seen } from '../../album/offers.js';
import { strict } from '../../api/access-schemas.js';
import { Offer, OfferAccepted, OfferDetails, OffersMade } from '../../api/album-schemas.js';
import { answers, Problem, Sha256 } from '../../api/photo-schemas.js';
import { house } from '../../document/item-id.js';
import type { Context, Routes } from '../context.js';
import { viewer } from '../http/request-viewer.js';

const config = { rule: 'save' } as const;

const Holder = Type.String({ pattern: '^(?:house|[0-9A-HJKMNP-TV-Z]{26})$' });
const params = Type.Object({ giver: Holder, offer: Type.String({ pattern: '^[0-9A-HJKMNP-TV-Z]{26}$' }) });
/** The maximum number that fits into the body of a request. */
const mostAtOnce = 10_000;

const nameIn = ({ giver, offer }: { giver: string; offer: string }): string => `${giver}:${offer}`;

/** An offer as a response, with the names of people. */
function shown({ access }: Context, { offer, giver, to, ...seen }: Seen): Static<typeof Offer> {
  const named = (key: 'giverName' | 'toName', holder: string) =>
    holder === house ? {} : { [key]: access.people.find(holder)?.name ?? '' };
  return {
    ...seen,
    giver,
    to,
    offer: offer.slice(giver.length + 1),
    ...named('giverName', giver),
    ...named('toName', to),
  };
}

export const offers: Routes = (app, context) => {
  for (const add of [list, one, steps]) void add(app, context);
};

const list: Routes = (app, context) => {
  const { library, catalog, clock, gate } = context;
  const all = openOffers({ library, catalog, clock, gate });

  app.get(
    '/api/offers',
    {
      config,
      schema: {
        summary: 'Lists offers that you made or received, newest first',
        response: answers(Type.Object({ given: Type.Array(Offer), received: Type.Array(Offer) })),
      },
    },
    async (request) => {
      const { given, received } = await all.list(viewer(request));
      return {
        given: given.map((offer) => shown(context, offer)),
        received: received.map((offer) => shown(context, offer)),
      };
    },
  );

  app.post(
    '/api/offers',
    {
      config,
      schema: {
        summary: 'Offers your own photos, or for owners those of the house, to a person or to the house',
        body: strict({
          to: Holder,
          from: Type.Optional(Type.Literal('house')),
          ids: Type.Array(Sha256, { minItems: 1, maxItems: mostAtOnce }),
        }),
        response: { 201: OffersMade, '4xx': Problem, '5xx': Problem },
      },
    },
    (request, reply) => {
      const who = viewer(request);
      const { to, ids, from = who.person ?? house } = request.body;
      const made = all.make(who, from, to, ids);
      void reply.code(201).send({ ...made, offers: made.offers.map((offer) => shown(context, offer)) });
    },
  );
};

const one: Routes = (app, context) => {
  const { library, catalog, clock, gate } = context;
  const all = openOffers({ library, catalog, clock, gate });

  app.get(
    '/api/offers/:giver/:offer',
    { config, schema: { summary: 'An offer with its photos', params, response: answers(OfferDetails) } },
    (request, reply) => {
      const { ids, movable, ...offer } = all.find(viewer(request), nameIn(request.params));
      void reply.send({ ...shown(context, offer), ids, ...(movable && { movable }) });
    },
  );

  app.delete(
    '/api/offers/:giver/:offer',
    {
      config,
      schema: {
        summary: 'Withdraws or declines an offer; removes a completed one from the giver’s list',
        params,
        response: answers(Type.Object({ changed: Type.Boolean() })),
      },
    },
    (request, reply) => void reply.send({ changed: all.end(viewer(request), nameIn(request.params)) }),
  );
};

const steps: Routes = (app, { library, catalog, clock, gate }) => {
  const all = openOffers({ library, catalog, clock, gate });

  app.post(
    '/api/offers/:giver/:offer/accept',
    {
      config,
      schema: {
        summary: 'Saves the photos of an offer to your own library, or for owners to that of the house',
        params,
        response: answers(OfferAccepted),
      },
    },
    async (request) => all.accept(viewer(request), nameIn(request.params)),
  );

  app.post(
    '/api/offers/:giver/:offer/trash',
    {
      config,
      schema: {
        summary: 'Moves those photos of the giver to the trash that the recipient has saved',
        params,
        response: answers(Type.Object({ changed: Type.Integer() })),
      },
    },
    async (request) => all.moveToTrash(viewer(request), nameIn(request.params)),
  );
};
