/**
 * Servers that live as long as a test, or as the tests of a file (home.ts), and what is asked of their answers.
 */
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { makeHome, type Home } from './home.js';

export * from './home.js';

/** Opens a server in a new folder; everything goes when the test ends. */
export async function openHome(): Promise<Home> {
  const home = await makeHome();
  onTestFinished(home.close);
  return home;
}

/** One server for all tests of a file that only ask; returns how to get it. */
export function shareHome(prepare?: (home: Home) => Promise<void>): () => Home {
  let shared: Awaited<ReturnType<typeof makeHome>> | undefined;
  beforeAll(async () => {
    shared = await makeHome();
    await prepare?.(shared);
  });
  afterAll(async () => shared?.close());
  return () => shared!;
}

/** Expects an error in the one shape, and returns it. */
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
