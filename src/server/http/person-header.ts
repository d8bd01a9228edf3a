/**
 * The person whose session a response belongs to: the header `Photospool-Person` in responses to a person's browser.
 * The page's service worker stores responses for offline use by person, so they are never shown to another one
 * (docs/offline.md). A request with this header requires that person: it is rejected if another person has signed in
 * since.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { PhotospoolError } from '../../base/errors.js';
import { showsLocked, viewerOf } from './request-viewer.js';

/** The name of the header; its value is the id of a person. */
export const personHeader = 'photospool-person';

/** Routes of photos and of the application; all others are the same for everyone. */
const own = /^\/(?:api|media)\//;

/** The person of a request's session; undefined for programs, share links and visitors. */
function personOf(request: FastifyRequest): string | undefined {
  const viewer = viewerOf(request);
  return viewer?.session === undefined ? undefined : viewer.person;
}

/** Adds both to all routes added from now on. */
export function namePerson(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const wanted = request.headers[personHeader];
    if (wanted === undefined || wanted === personOf(request)) return done();
    done(new PhotospoolError('conflict', 'Another person is signed in.', { hint: 'Reload the page.' }));
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.method === 'GET' && own.test(request.url) && !showsLocked(request)) {
      const person = personOf(request);
      if (person !== undefined) void reply.header(personHeader, person);
    }
    done(null, payload);
  });
}
