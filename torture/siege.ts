/**
 * Slow and repeating clients: some take their time over everything, others open a connection and send requests again
 * and again, all held at once, while the owner uses the album.
 */
import { connect, type Socket } from 'node:net';
import type { Asked } from './requests.js';

/** The numbers of clients, and the duration. */
export interface Forces {
  slow: number;
  quick: number;
  /** The ms for which all are held. */
  hold: number;
}

/** The result. */
export interface Siege {
  /** Concurrent connections. */
  held: number;
  /** Responses to the repeating clients. */
  answered: number;
  /** Slow connections that the server had closed at the end. */
  cut: number;
  /** The owner's requests: their number, and the longest, ms. */
  looked: number;
  longest: number;
  failures: string[];
}

const ways = [
  // A head that never ends.
  { first: 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n', more: 'X-A: b\r\n' },
  // A body that drips.
  {
    first:
      'POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{',
    more: ' ',
  },
  // Nothing at all.
  { first: '', more: '' },
];

/** Attacks a server at 127.0.0.1. `look` is the owner's use of the album: it rejects if a part fails. */
export async function besiege(port: number, { slow, quick, hold }: Forces, look: () => Promise<void>): Promise<Siege> {
  const siege: Siege = { held: 0, answered: 0, cut: 0, looked: 0, longest: 0, failures: [] };
  const sockets = new Set<Socket>();
  const slowOnes = Array.from({ length: slow }, (_, n) => drip(port, ways[n % ways.length]!, sockets));
  for (let n = 0; n < quick; n += 100) {
    await Promise.all(Array.from({ length: Math.min(100, quick - n) }, () => knock(port, sockets, siege)));
  }
  siege.held = [...sockets].filter((socket) => !socket.destroyed).length;
  const until = performance.now() + hold;
  do {
    const begun = performance.now();
    await look().catch((error: unknown) => siege.failures.push(`The owner's page: ${String(error)}`));
    siege.looked++;
    siege.longest = Math.max(siege.longest, Math.round(performance.now() - begun));
    await new Promise((resolve) => setTimeout(resolve, 200));
  } while (performance.now() < until);
  siege.cut = slowOnes.filter(({ destroyed }) => destroyed).length;
  for (const socket of sockets) socket.destroy();
  return siege;
}

function open(port: number, sockets: Set<Socket>): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => socket.destroy());
  sockets.add(socket);
  return socket;
}

/** A client that sends a little each second and never ends. */
function drip(port: number, { first, more }: { first: string; more: string }, sockets: Set<Socket>): Socket {
  const socket = open(port, sockets);
  socket.write(first);
  const timer = setInterval(() => {
    if (more !== '') socket.write(more);
  }, 1_000);
  socket.resume().once('close', () => clearInterval(timer));
  return socket;
}

/**
 * A client that sends a request, gets its response, and keeps the connection for more. Resolves with the first
 * response.
 */
function knock(port: number, sockets: Set<Socket>, siege: Siege): Promise<void> {
  return new Promise((resolve) => {
    const socket = open(port, sockets);
    const ask = (): void => void socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const timer = setInterval(ask, 5_000);
    socket.on('data', (part) => {
      if (part.includes('HTTP/1.1 200')) siege.answered++;
      resolve();
    });
    socket.once('close', () => {
      clearInterval(timer);
      resolve();
    });
    ask();
  });
}

/** A failed request for a person. */
export const describe = ({ method, path, body }: Asked): string =>
  `${method} ${path.slice(0, 300)}${body ? ` ${body.toString().slice(0, 300)}` : ''}`;
