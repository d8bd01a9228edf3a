/**
 * A browser that keeps cookies, for a server that is called without a network. Every successful JSON response is
 * compared with the server's own description of the route.
 */
import type { LightMyRequestResponse } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { expect } from 'vitest';
import type { App } from '../../src/server/context.js';
import type { SessionView } from '../../src/server/http/sign-in-response.js';

export interface Browser {
  /** The cookies from the server, by name. */
  cookies: Map<string, string>;
  ask(method: string, url: string, payload?: object): Promise<LightMyRequestResponse>;
  /** The session in the server's response. */
  session(): Promise<SessionView>;
}

export function openBrowser(
  app: App,
  {
    address = '127.0.0.1',
    host = 'localhost:4780',
    headers = {},
  }: { address?: string; host?: string; headers?: Record<string, string> } = {},
): Browser {
  const cookies = new Map<string, string>();
  async function ask(method: string, url: string, payload?: object): Promise<LightMyRequestResponse> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await app.inject({
      method: method as 'GET',
      url,
      remoteAddress: address,
      headers: {
        host,
        'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
        ...headers,
        ...(cookie && { cookie }),
      },
      ...(payload && { payload }),
    });
    expectDescribed(app, method, url, response);
    for (const line of [response.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Max-Age=0\b/.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  }
  return { cookies, ask, session: async () => (await ask('GET', '/api/session')).json<SessionView>() };
}

interface Operation {
  responses: Record<string, { content?: Record<string, { schema: TSchema }> }>;
}

function expectDescribed(app: App, method: string, url: string, response: LightMyRequestResponse): void {
  if (response.statusCode >= 300 || !String(response.headers['content-type']).startsWith('application/json')) return;
  const paths = app.swagger().paths as Record<string, Record<string, Operation>>;
  const asked = url.split('?')[0]!;
  const fits = (path: string): boolean => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`).test(asked);
  // A path without parameters takes precedence, as in the server.
  const path = asked in paths ? asked : Object.keys(paths).find(fits);
  const schema =
    paths[path ?? '']?.[method.toLowerCase()]?.responses[response.statusCode]?.content?.['application/json'];
  expect(schema, `${method} ${url} is described`).toBeDefined();
  expect(Compile(schema!.schema).Errors(response.json()), `${method} ${url}`).toEqual([]);
}
