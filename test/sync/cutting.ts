/** A network connection that can be cut: forwards every byte to a server on this machine, until it does not. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** The link. */
export interface Cutting {
  /** Its own address, in front of the server. */
  url: string;
  /** Bytes forwarded so far, both ways. */
  passed(): number;
  /** Ends every connection in the middle of a transfer, and accepts no new one. */
  cut(): void;
  /** Silently stops forwarding, like a router that dropped its connections. */
  hush(): void;
  /** Accepts connections again. */
  mend(): void;
  close(): Promise<void>;
}

/** Opens a connection to `server`, an address on this machine; credentials in it stay in `url`. */
export async function openCutting(server: string): Promise<Cutting> {
  const sockets = new Set<Socket>();
  let [away, silent] = [false, false];
  let bytes = 0;
  const listener = createServer((near) => {
    if (away) return void near.destroy();
    const far = connect(Number(new URL(server).port), '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (part: Buffer) => {
        if (silent) return;
        bytes += part.length;
        to.write(part);
      });
      from.on('error', () => to.destroy());
      from.once('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    away = true;
    for (const socket of sockets) socket.destroy();
  };
  const url = new URL(server);
  url.port = String((listener.address() as AddressInfo).port);
  return {
    url: url.href.replace(/\/$/, ''),
    passed: () => bytes,
    cut,
    hush: () => void (silent = true),
    mend: () => void ([away, silent] = [false, false]),
    close() {
      cut();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
}
