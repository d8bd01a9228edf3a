/**
 * The set-up of every test file: a watchdog, and a fast comparison of bytes, since Vitest's own compares them as
 * properties, which takes a millisecond per kilobyte.
 */
import { expect } from 'vitest';
import './watchdog.js';

expect.addEqualityTesters([(a, b) => (Buffer.isBuffer(a) && Buffer.isBuffer(b) ? a.equals(b) : undefined)]);
