/**
 * The sockets that requests come in by: plain or with TLS, with bounds on how long a client may take and how many
 * connections an address may hold. A connection on which nothing moves while it is the client's turn is cut; one that waits for
 * us (a pass over a big folder takes hours) is not.
 */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import { addressGroups } from '../../access/address-prefix.js';
import { siteShare } from './rate-limit.js';
import { isLoopbackAddress } from './allowed-hosts.js';
import type { Pair } from './tls-certificate.js';
import type { Trust } from './trusted-proxies.js';

/** Bounds of a connection. Milliseconds and bytes. */
export interface ConnectionBounds {
  /** For the head of a request, from its first byte or the connection's beginning. */
  head: number;
  /** In which something must move while it is the client's turn: to send its body, or to read our answer. */
  quiet: number;
  /** Between two requests. Longer than the proxies' own, so that it is they who end a connection. */
  idle: number;
  /** Of all lines of a head together. */
  headBytes: number;
  /** That one address (IPv6: one /64; a /48 five times as many) may hold at once; loopback and trusted proxies are not bounded. */
  perAddress: number;
  /** That all may hold at once. */
  total: number;
}

/** The bounds of a server. */
export const connectionBounds: ConnectionBounds = {
  head: 20_000,
  quiet: 60_000,
  idle: 130_000,
  headBytes: 16 * 1024,
  perAddress: 256,
  total: 8_192,
};

/** Makes servers, plain ones, or with TLS where there is a certificate. */
export interface Listener {
  /** One more server; there are two where a name stands for two addresses. */
  open(handler: RequestListener): Server;
  /** Takes another certificate; connections that are there keep theirs. */
  renew(pair: Pair): void;
}

/** Makes a listener. */
export function makeListener(pair: Pair | undefined, trust: Trust, bounds = connectionBounds): Listener {
  const secure: SecureServer[] = [];
  const held = new Map<string, number>();
  return {
    open(handler) {
      const options = {
        maxHeaderSize: bounds.headBytes,
        headersTimeout: bounds.head,
        // A whole request may take as long as it takes (uploads); that it moves is watched below.
        requestTimeout: 0,
        keepAliveTimeout: bounds.idle,
        connectionsCheckingInterval: Math.min(5_000, bounds.head),
      };
      const server = pair
        ? createSecureServer({ ...options, ...pair, minVersion: 'TLSv1.2', handshakeTimeout: bounds.head }, handler)
        : createServer(options, handler);
      if (pair) secure.push(server as SecureServer);
      server.maxConnections = bounds.total;
      server.on('connection', (socket: Socket) => count(held, socket, trust, bounds.perAddress));
      cutQuiet(server, bounds.quiet);
      return server;
    },
    renew(next) {
      for (const server of secure) server.setSecureContext({ ...next, minVersion: 'TLSv1.2' });
    },
  };
}

/** Counts a connection as its address's, and ends it at once where that holds too many. */
function count(held: Map<string, number>, socket: Socket, trust: Trust, most: number): void {
  const address = socket.remoteAddress;
  if (address === undefined || isLoopbackAddress(address) || trust(address)) return;
  const groups = addressGroups(address);
  const isFull = (group: string, n: number): boolean => (held.get(group) ?? 0) >= (n === 0 ? most : most * siteShare);
  if (groups.some(isFull)) return void socket.destroy();
  for (const group of groups) held.set(group, (held.get(group) ?? 0) + 1);
  socket.once('close', () => {
    for (const group of groups) {
      const left = (held.get(group) ?? 1) - 1;
      if (left === 0) held.delete(group);
      else held.set(group, left);
    }
  });
}

/**
 * Cuts connections on which nothing moved for so long, if it was the client's turn. Node counts bytes that the system took
 * for sending as movement, not those that we put into a buffer.
 */
function cutQuiet(server: Server, quiet: number): void {
  const inHand = new WeakMap<Socket, IncomingMessage>();
  server.on('request', (request, response) => {
    inHand.set(request.socket, request);
    response.once('close', () => {
      if (inHand.get(request.socket) === request) inHand.delete(request.socket);
    });
  });
  server.setTimeout(quiet, (socket) => {
    const request = inHand.get(socket);
    const waitsForBody = request !== undefined && !request.complete && request.readableLength === 0;
    if (request === undefined || waitsForBody || socket.writableLength > 0) socket.destroy();
    else socket.setTimeout(quiet);
  });
}
