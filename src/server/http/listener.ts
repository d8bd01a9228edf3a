/**
 * The listening sockets, plain or with TLS, with limits of time per client and of connections per address. An idle
 * connection is closed if it is the client's turn; one that waits for the server (a pass over a large folder takes
 * hours) is not.
 */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import { addressGroups } from '../../access/address-prefix.js';
import { siteShare } from './rate-limit.js';
import { isLoopbackAddress } from './allowed-hosts.js';
import type { Pair } from './tls-certificate.js';
import type { Trust } from './trusted-proxies.js';

/** The limits of connections. Milliseconds and bytes. */
export interface ConnectionBounds {
  /** For the head of a request, from its first byte or the start of the connection. */
  head: number;
  /** Without any transfer while it is the client's turn: to send its body, or to read our response. */
  quiet: number;
  /** Between two requests. Longer than that of proxies, so that they close the connection first. */
  idle: number;
  /** Of all header lines together. */
  headBytes: number;
  /**
   * Concurrent connections per address (IPv6: per /64; five times as many per /48); loopback and trusted proxies are
   * unlimited.
   */
  perAddress: number;
  /** Concurrent connections in total. */
  total: number;
}

/** The limits of a server. */
export const connectionBounds: ConnectionBounds = {
  head: 20_000,
  quiet: 60_000,
  idle: 130_000,
  headBytes: 16 * 1024,
  perAddress: 256,
  total: 8_192,
};

/** Creates servers, plain, or with TLS if there is a certificate. */
export interface Listener {
  /** Opens another server; two are needed if a name has two addresses. */
  open(handler: RequestListener): Server;
  /** Replaces the certificate; open connections keep the old one. */
  renew(pair: Pair): void;
}

/** Creates a listener. */
export function makeListener(pair: Pair | undefined, trust: Trust, bounds = connectionBounds): Listener {
  const secure: SecureServer[] = [];
  const held = new Map<string, number>();
  return {
    open(handler) {
      const options = {
        maxHeaderSize: bounds.headBytes,
        headersTimeout: bounds.head,
        // A whole request has no time limit (uploads); idle ones are detected below.
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

/** Counts a connection for its address, and closes it at once if that has too many. */
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
 * Closes connections without any transfer for this time, if it was the client's turn. Node counts bytes that the system
 * accepted for sending, not those that we wrote into a buffer.
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
