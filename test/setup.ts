/**
 * What begins every file of tests: a watchdog, and a quick comparison of bytes, since Vitest's own goes through them as properties,
 * which takes a millisecond for each kilobyte.
 */
import { expect } from 'vitest';
import './watchdog.js';

expect.addEqualityTesters([(a, b) => (Buffer.isBuffer(a) && Buffer.isBuffer(b) ? a.equals(b) : undefined)]);
