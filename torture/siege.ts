/**
 * A siege: clients that take their time over everything, and clients that open a connection and ask again and again, all held
 * at once, while the owner looks at the album.
 */
import { connect, type Socket } from 'node:net';
import type { Asked } from './requests.js';

/** How many, and how long. */
export interface Forces {
  slow: number;
  quick: number;
  /** ms for which all are held. */
  hold: number;
}

/** What a siege showed. */
export interface Siege {
  /** Connections that were there at the same time. */
  held: number;
  /** Answers that the quick ones got. */
  answered: number;
  /** Slow ones that the server had cut at the end. */
  cut: number;
  /** The owner's requests: how many, and the longest, ms. */
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

/** Besieges a server at 127.0.0.1. `look` is the owner's look at the album: it rejects where a part of it fails. */
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

/** A client that asks, is answered, and stays; then asks again now and then. Resolves with the first answer. */
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

/** What is told of a request that went wrong. */
export const describe = ({ method, path, body }: Asked): string =>
  `${method} ${path.slice(0, 300)}${body ? ` ${body.toString().slice(0, 300)}` : ''}`;
