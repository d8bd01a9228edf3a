/**
 * Error responses: every error is answered as `{"error":{"code","message","hint"}}` with the right status, never with a
 * stack trace. Unexpected errors are logged in full and answered with a generic sentence.
 */
import { STATUS_CODES } from 'node:http';
import { isAbsolute } from 'node:path';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../../base/log.js';
import { codes, PhotospoolError, printable, toPhotospoolError, type ErrorCode } from '../../base/errors.js';
import { may } from '../../access/permissions.js';
import { isImmich } from './immich-credentials.js';
import { viewerOf } from './request-viewer.js';
import { isHushed } from '../disk-error-log.js';
import { pathOf } from './request-ids.js';

/** The codes that only HTTP has. */
export type HttpCode = ErrorCode | 'method' | 'range' | 'on-its-way';

/** The body of an error. */
export interface ErrorBody {
  error: { code: HttpCode; message: string; hint?: string };
}

/** Creates the body of an error, with control characters and the like escaped. */
export function failure(code: HttpCode, message: string, hint?: string): ErrorBody {
  return { error: { code, message: printable(message), ...(hint !== undefined && { hint: printable(hint) }) } };
}

/**
 * Sends an error, which must not be cached. Below `/db` and `/immich/api` it has the form that the clients of CouchDB and
 * Immich require.
 */
export function refuse(
  reply: FastifyReply,
  status: number,
  code: HttpCode,
  message: string,
  hint?: string,
): FastifyReply {
  const body = isReplication(reply.request)
    ? { error: couchWords[status] ?? couchWords[status >= 500 ? 500 : 400], reason: printable(message) }
    : isImmich(reply.request)
      ? immichFailure(status, [message, hint], reply.request.id)
      : failure(code, message, hint);
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(body);
}

/** An error in the form for clients of Immich: a single text. */
const immichFailure = (statusCode: number, sentences: readonly (string | undefined)[], correlationId: string) => ({
  message: sentences.flatMap((text) => (text === undefined ? [] : [printable(text)])).join(' '),
  error: STATUS_CODES[statusCode] ?? 'Error',
  statusCode,
  correlationId,
});

/** Whether a request belongs to CouchDB's protocol. */
export const isReplication = ({ url }: Pick<FastifyRequest, 'url'>): boolean => /^\/db(?:[/?]|$)/.test(url);

/** CouchDB's names of these statuses. */
const couchWords: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  413: 'too_large',
  415: 'bad_content_type',
  429: 'too_many_requests',
  500: 'internal_server_error',
  503: 'service_unavailable',
  507: 'insufficient_storage',
};

const framework: Record<string, [ErrorCode, string]> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported', 'The content type of the body is not supported.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['too-large', 'The request is too large.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid', 'The body is empty; it must be JSON.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['invalid', 'The body is not valid JSON.'],
  FST_ERR_BAD_URL: ['invalid', 'The address is not valid.'],
  FST_INVALID_MULTIPART_CONTENT_TYPE: ['unsupported', 'The body must be multipart/form-data.'],
  FST_ERR_MAX_PARAM_LENGTH: ['not-found', 'There is nothing at this address.'],
};
const byStatus: Record<number, ErrorCode> = { 404: 'not-found', 413: 'too-large', 415: 'unsupported', 503: 'busy' };

/** Translates an error of Fastify or a route to a PhotospoolError; `internal` if it is unexpected. */
function translate(error: FastifyError | Error): PhotospoolError {
  if (error instanceof PhotospoolError) return error;
  const known = 'code' in error ? framework[error.code] : undefined;
  if (known) return new PhotospoolError(known[0], known[1], { cause: error });
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  if (status >= 400 && status < 500)
    return new PhotospoolError(byStatus[status] ?? 'invalid', 'The request is not valid.', { cause: error });
  return toPhotospoolError(error, 'answer', 'the request');
}

/** Whether an error contains a path on this machine. */
const namesPlace = ({ path }: PhotospoolError): boolean => path !== undefined && isAbsolute(path);

/** Fastify's error handler. */
export function answerErrors(
  log: Log,
): (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  return (error, request, reply) => {
    const ours = translate(error);
    const { status } = codes[ours.code];
    // RFC 9110, 15.5.2: a 401 names an authentication scheme. Browsers show no dialog for this one.
    if (status === 401 && !reply.hasHeader('www-authenticate'))
      void reply.header('www-authenticate', 'Bearer realm="Photospool"');
    if (status >= 500 && ours.code !== 'busy' && !isHushed(ours))
      log.error({ err: error, request: request.id, method: request.method, path: pathOf(request.url) }, ours.message);
    // Internal errors and paths are shown only to viewers with access to the spool.
    const forAll = (status < 500 || ours.code === 'busy') && !namesPlace(ours);
    const told = forAll || may(viewerOf(request), 'spool');
    if (ours.code !== 'internal' && told) return refuse(reply, status, ours.code, ours.message, ours.hint);
    if (status === 404) return refuse(reply, status, ours.code, 'The file is no longer on this server.');
    return refuse(
      reply,
      status,
      ours.code,
      'Something went wrong on the server.',
      `Check the server log for request ${request.id}.`,
    );
  };
}
