import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { demandRules } from '../../src/server/http/route-permissions.js';
import { openHome } from './fixture.js';

describe('a route', () => {
  it('without a rule prevents the server from starting, hidden or not', async () => {
    for (const schema of [{}, { hide: true }]) {
      const app = Fastify();
      demandRules(app);
      expect(() => app.get('/api/new', { schema }, () => 'x')).toThrow('The route GET /api/new has no rule.');
      await app.close();
    }
  });

  it('with a rule admits only those who may do that, whatever comes after it', async () => {
    const { app, access } = await openHome();
    access.settings.change({ setUp: true });
    for (const method of ['GET', 'HEAD'] as const) {
      expect((await app.inject({ method, url: '/api/photos' })).statusCode).toBe(401);
      expect((await app.inject({ method, url: '/api/photos?limit=x' })).statusCode).toBe(401);
    }
    expect((await app.inject({ method: 'PATCH', url: '/api/photos', payload: '{' })).statusCode).toBe(401);
  });
});
