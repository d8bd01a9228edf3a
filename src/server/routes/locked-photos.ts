/**
 * Locked photos: locking and unlocking them, and opening them in a session, by PIN or passkey. The routes that show
 * them are those of other photos, in a separate place (http/photo-places.ts).
 */
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { Type } from 'typebox';
import type { LockProof } from '../../access/locked-folder.js';
import { PhotospoolError } from '../../base/errors.js';
import { lockPhotos, unlockPhotos } from '../../album/lock-photos.js';
import { sightOf } from '../../album/visibility.js';
import { GivenOtp, GivenPassword, LockedPhotos, SignInAnswer, strict } from '../../api/access-schemas.js';
import { answers, PhotosLocked, Sha256 } from '../../api/photo-schemas.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import type { Context, Routes } from '../context.js';
import { viewer } from '../http/request-viewer.js';
import {
  actorBehind,
  checkOutcome,
  refusals,
  sessionBehind,
  siteFor,
  utcOf,
  visitOf,
} from '../http/sign-in-response.js';
import type { FastifyRequest } from 'fastify';

const Ids = strict({ ids: Type.Array(Sha256, { minItems: 1, maxItems: 5_000 }) });
const Pin = Type.String({ minLength: 1, maxLength: 100, description: '6 to 12 digits' });
const proofs = {
  current: Type.Optional(Pin),
  password: Type.Optional(GivenPassword),
  otp: Type.Optional(GivenOtp),
  response: Type.Optional(SignInAnswer),
};

/** The proof of identity in a request. */
interface Given {
  current?: string;
  password?: string;
  otp?: string;
  response?: unknown;
}

export const locked: Routes = (app, context) => {
  for (const add of [locking, opening, pins]) void add(app, context);
};

const locking: Routes = (app, { library, catalog, access, gate }) => {
  const parts = { library, catalog };

  app.post(
    '/api/photos/lock',
    {
      config: { rule: 'lock' },
      schema: { summary: 'Locks your own photos', body: Ids, response: answers(PhotosLocked) },
    },
    async (request) => {
      demandPeopleLibraries(gate);
      const { pin, passkeys } = access.lockedFolder.state(sessionBehind(request));
      if (!pin && passkeys === 0)
        throw new PhotospoolError('conflict', 'Locked photos need a PIN or a passkey.', {
          hint: 'Open Locked photos and set a PIN first.',
        });
      return lockPhotos(parts, viewer(request), request.body.ids);
    },
  );

  app.post(
    '/api/locked/photos/unlock',
    {
      config: { rule: 'unlock', locked: true },
      schema: {
        summary: 'Unlocks photos; they are then archived and private, without albums and links',
        body: Ids,
        response: answers(PhotosLocked),
      },
    },
    async (request) => {
      demandPeopleLibraries(gate);
      const done = await unlockPhotos(parts, viewer(request), request.body.ids);
      const { who, address } = actorBehind(request);
      // Without their number: only the person may know how many photos are locked.
      if (done.changed > 0) access.audit.note('photos-unlocked', { who, ...(address !== undefined && { address }) });
      return done;
    },
  );
};

/** The state of a session’s locked photos as a response. */
function stateFor({ access: { lockedFolder } }: Context, request: FastifyRequest) {
  const { until, ...state } = lockedFolder.state(sessionBehind(request));
  return { ...state, open: until !== undefined, ...(until !== undefined && { until: utcOf(until) }) };
}

const opening: Routes = (app, context) => {
  const { access, gate } = context;
  const config = { rule: 'unlock' } as const;
  const response = answers(LockedPhotos);

  app.get(
    '/api/locked',
    {
      config,
      schema: { summary: 'Whether your locked photos are open in this session, and the ways to open them', response },
    },
    (request, reply) => void reply.send(stateFor(context, request)),
  );

  app.post(
    '/api/locked/open',
    {
      config,
      schema: {
        summary: 'Opens your locked photos in this session for five minutes, with a PIN or passkey',
        body: strict({ pin: Type.Optional(Pin), response: proofs.response }, { minProperties: 1, maxProperties: 1 }),
        response,
      },
    },
    async (request, reply) => {
      demandPeopleLibraries(gate);
      const { pin, response: given } = request.body;
      const proof = proofOf(request, { ...(pin !== undefined && { current: pin }), ...(given && { response: given }) });
      const outcome = await access.lockedFolder.open(sessionBehind(request), proof!, visitOf(request));
      checkOutcome(reply, outcome, refusals.lock);
      return stateFor(context, request);
    },
  );

  app.post(
    '/api/locked/close',
    { config, schema: { summary: 'Closes your locked photos in this session', response } },
    (request, reply) => {
      access.lockedFolder.close(sessionBehind(request));
      void reply.send(stateFor(context, request));
    },
  );
};

/** The PIN or passkey in a request; undefined without one. */
function proofOf(request: FastifyRequest, { current, response }: Given): LockProof | undefined {
  // The schema has validated all fields that are read.
  if (response) return { response: response as AuthenticationResponseJSON, site: siteFor(request) };
  return current === undefined ? undefined : { pin: current };
}

const pins: Routes = (app, context) => {
  const { access, catalog, ask, gate } = context;
  const config = { rule: 'unlock' } as const;
  const response = answers(LockedPhotos);

  /** Returns whether the viewer has no locked photos, according to the catalog. */
  async function emptiness(request: FastifyRequest): Promise<() => boolean> {
    const who = { ...viewer(request), locked: true as const };
    const all = [await ask('', 'count', who), await ask('is:trashed', 'count', who)];
    return () => catalog.behind() === undefined && all.every((query) => catalog.count(query, sightOf(who)) === 0);
  }

  async function change(request: FastifyRequest, pin: string | undefined, { password, otp, ...given }: Given) {
    demandPeopleLibraries(gate);
    const signIn = password !== undefined && { password, ...(otp !== undefined && { otp }) };
    const proof = proofOf(request, given) ?? signIn;
    if (!proof) throw new PhotospoolError('invalid', 'Send your current PIN, your password or a passkey response.');
    const isEmpty = await emptiness(request);
    const [actor, visit] = [actorBehind(request), visitOf(request)];
    return access.lockedFolder.changePin(sessionBehind(request), { pin, proof, isEmpty }, actor, visit);
  }

  app.put(
    '/api/locked/pin',
    {
      config,
      schema: {
        summary:
          'Sets or changes the PIN for your locked photos, with the current PIN, the sign-in password or a passkey',
        body: strict({ pin: Pin, ...proofs }, { minProperties: 2 }),
        response,
      },
    },
    async (request, reply) => {
      const { pin, ...given } = request.body;
      checkOutcome(reply, await change(request, pin, given), refusals.lock);
      return stateFor(context, request);
    },
  );

  app.post(
    '/api/locked/pin/remove',
    {
      config,
      schema: {
        summary: 'Removes the PIN for your locked photos, with the same credentials; a passkey still opens them',
        body: strict(proofs, { minProperties: 1 }),
        response,
      },
    },
    async (request, reply) => {
      checkOutcome(reply, await change(request, undefined, request.body), refusals.lock);
      return stateFor(context, request);
    },
  );
};
