/**
 * Ends of access that were lost with a server: those that the viewer may confirm, and confirming them. The rule of
 * these routes admits everyone with an account; `mayConfirm` checks each end.
 */
import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import {
  confirmEnd,
  describeLostEnd,
  holderOfSet,
  mayConfirm,
  nameOfAlbum,
  openLostEndSearch,
  type LostEnd,
} from '../../access/lost-ends.js';
import { itemTo } from '../../access/item-access.js';
import { itemAccess } from '../../access/library-access.js';
import type { Viewer } from '../../access/permissions.js';
import { rightIn } from '../../access/sharing-rights.js';
import { LostEnds } from '../../api/album-schemas.js';
import { strict } from '../../api/access-schemas.js';
import { answers } from '../../api/photo-schemas.js';
import { albumDocumentId } from '../../library/control-documents.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import type { Context, Routes } from '../context.js';
import { viewer } from '../http/request-viewer.js';
import { actorBehind } from '../http/sign-in-response.js';

const config = { rule: 'own-links' } as const;

export const endedAccess: Routes = (app, context) => {
  const { library, access, clock, gate } = context;
  const findLost = openLostEndSearch(library, clock);
  const describe = describing(context);

  app.get(
    '/api/ends/lost',
    {
      config,
      schema: {
        summary: 'Lists access changes that were lost with a server and that you may confirm',
        response: answers(LostEnds),
      },
    },
    async (request) => {
      demandPeopleLibraries(gate);
      const found = await findLost();
      const who = viewer(request);
      const ends = found.filter(({ set }) => mayConfirm(who, set));
      return {
        ends: ends.map((end) => ({
          ...named(end),
          // `mayConfirm` only admits ends in sets with a holder.
          holder: holderOfSet(end.set)!,
          waiting: end.waiting,
          sentence: describe(who, end),
        })),
      };
    },
  );

  const End = strict({ set: Type.String({ maxLength: 300 }), key: Type.String({ maxLength: 300 }) });
  app.post(
    '/api/ends/confirm',
    {
      config,
      schema: {
        summary: 'Confirms lost access changes, so that access granted after them takes effect again',
        body: strict({ ends: Type.Array(End, { minItems: 1, maxItems: 1_000 }) }),
        response: answers(Type.Object({ confirmed: Type.Integer() })),
      },
    },
    async (request) => {
      demandPeopleLibraries(gate);
      const found = await findLost();
      const who = viewer(request);
      const actor = actorBehind(request);
      const wanted = new Set(request.body.ends.map(({ set, key }) => `${set}\n${key}`));
      const lost = found.filter((end) => {
        const { set, key } = named(end);
        return wanted.has(`${set}\n${key}`) && mayConfirm(who, set);
      });
      const confirmed = lost.filter((end) => confirmEnd(library, end, actor.by));
      for (const end of confirmed)
        access.audit.note('end-confirmed', {
          who: actor.who,
          ...(actor.address !== undefined && { address: actor.address }),
          detail: describe(who, end),
        });
      return { confirmed: confirmed.length };
    },
  );
};

/** The id of an end in responses: for a photo in an album a hash, because the photo may not exist for the viewer. */
const named = ({ set, key, to }: LostEnd): { set: string; key: string } => ({
  set,
  key: to.startsWith(itemTo) ? createHash('sha256').update(`${set}\n${key}`).digest('hex') : key,
});

/** Describes ends for a viewer: an album has its name only if it exists for the viewer. */
const describing =
  ({ library, access }: Context) =>
  (who: Viewer, end: { set: string; to: string }): string => {
    const state = { access: itemAccess(library), hasAlbum: library.controls.hasAlbum };
    return describeLostEnd(
      end,
      (person) => access.people.find(person)?.name ?? person,
      (album) =>
        rightIn(who, album, state) ? nameOfAlbum(library.get(albumDocumentId(album))?.body, album) : undefined,
    );
  };
