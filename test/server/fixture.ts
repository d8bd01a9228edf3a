/** Servers that exist for one test, or for the tests of a file (home.ts), and checks of their responses. */
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { makeHome, type Home } from './home.js';

export * from './home.js';

/** Opens a server in a new folder; everything is removed when the test ends. */
export async function openHome(): Promise<Home> {
  const home = await makeHome();
  onTestFinished(home.close);
  return home;
}

/** One server for all tests of a file that only read; returns a function that returns it. */
export function shareHome(prepare?: (home: Home) => Promise<void>): () => Home {
  let shared: Awaited<ReturnType<typeof makeHome>> | undefined;
  beforeAll(async () => {
    shared = await makeHome();
    await prepare?.(shared);
  });
  afterAll(async () => shared?.close());
  return () => shared!;
}

/** Expects an error in the common format, and returns it. */
export function expectError(
  response: { statusCode: number; body: string; headers: Record<string, unknown> },
  status: number,
  code: string,
): { message: string; hint?: string } {
  expect(response.statusCode).toBe(status);
  expect(response.headers['content-type']).toMatch(/^application\/json/);
  const body = JSON.parse(response.body) as { error: { code: string; message: string; hint?: string } };
  expect(Object.keys(body)).toEqual(['error']);
  expect(body.error.code).toBe(code);
  expect(body.error.message).toMatch(/^[A-Z“"].*\.$/is);
  expect(response.body).not.toMatch(/\bat .*\(|node_modules|\.ts:\d/);
  return body.error;
}
