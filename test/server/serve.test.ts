import { Agent, get, type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { errnoOf } from '../../src/base/errors.js';
import { openServer } from '../../src/server/app.js';
import { openHome, turn } from './fixture.js';

const ask = (url: string, agent: Agent): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => get(url, { agent }, (response) => resolve(response.resume())).on('error', reject));

describe('openServer', () => {
  it.each(['0.0.0.0', '::', '192.168.1.5'])('rejects %s', async (host) => {
    const { parts } = await openHome();
    await expect(openServer({ ...parts, config: { ...parts.config, host } })).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('until it has an owner') as string,
    });
  });

  it('reports a port in use', async () => {
    const { parts } = await openHome();
    const first = await openServer(parts);
    await expect(openServer({ ...parts, config: { ...parts.config, port: first.port } })).rejects.toMatchObject({
      code: 'config',
      hint: expect.stringContaining('--port') as string,
    });
    await first.close();
  });

  it('closes live pages and idle connections at once, and lets current requests finish', async () => {
    const { parts, spool } = await openHome();
    const server = await openServer(parts);
    const agent = new Agent({ keepAlive: true });
    await ask(`${server.url}/healthz`, agent);
    const live = await ask(`${server.url}/api/events`, agent);
    let finish = (): void => undefined;
    const status = spool.state;
    const asked = new Promise<void>((begun) => {
      spool.status = () => {
        begun();
        return new Promise((resolve) => (finish = () => resolve(status)));
      };
    });
    const slow = ask(`${server.url}/api/spool`, agent);
    await asked;
    const ended = new Promise((resolve) => live.once('close', resolve));
    const closed = server.close();
    await ended;
    finish();
    expect((await slow).statusCode).toBe(200);
    await closed;
    agent.destroy();
    await expect(ask(`${server.url}/healthz`, new Agent())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('does not wait indefinitely', async () => {
    const { parts, spool, clock } = await openHome();
    const server = await openServer(parts);
    const asked = new Promise<void>((begun) => {
      spool.status = () => {
        begun();
        return new Promise(() => undefined);
      };
    });
    const slow = ask(`${server.url}/api/spool`, new Agent()).catch(errnoOf);
    await asked;
    const closed = server.close();
    await turn();
    await clock.advance(5_000);
    await closed;
    expect(await slow).toBe('ECONNRESET');
  });
});
