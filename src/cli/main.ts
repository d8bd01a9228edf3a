#!/usr/bin/env node
/** The program `photospool`: runs what its arguments say (run-verb.ts), as a process of its own. */
import { toPhotospoolError } from '../base/errors.js';
import { exit } from './exit-codes.js';
import { sayFailure } from './output.js';
import { run } from './run-verb.js';

// A reader that stops early (`photospool list | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exit.done);
  process.exit(sayFailure(toPhotospoolError(error, 'write', 'the results')));
});
// Where nobody reads what is said beside the results, there is nobody to tell.
process.stderr.on('error', () => undefined);

// What SQLite and the helper programs write is nobody else's business; files.ts sets the modes of everything else.
process.umask(0o077);
process.exitCode = await run(process.argv.slice(2));
