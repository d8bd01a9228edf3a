/**
 * Whose session an answer was for: the header `Photospool-Person` of answers to a person's browser. The page's worker
 * keeps answers for offline use by it, so none is ever shown to somebody else (docs/offline.md). In a request it demands
 * that person: one that a page sends after somebody else signed in is refused.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { PhotospoolError } from '../../base/errors.js';
import { showsLocked, viewerOf } from './request-viewer.js';

/** The name of the header; its value is the id of a person. */
export const personHeader = 'photospool-person';

/** Routes of photos and of the application; everything else is the same for everybody. */
const own = /^\/(?:api|media)\//;

/** The person whose session a request came with; undefined for programs, share links and visitors. */
function personOf(request: FastifyRequest): string | undefined {
  const viewer = viewerOf(request);
  return viewer?.session === undefined ? undefined : viewer.person;
}

/** Adds both to all routes from now on. */
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
