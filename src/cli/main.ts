#!/usr/bin/env node
/** The program `photospool`: runs its arguments (run-verb.ts) as a process. */
import { toPhotospoolError } from '../base/errors.js';
import { exit } from './exit-codes.js';
import { sayFailure } from './output.js';
import { run } from './run-verb.js';

// A reader that stops early (`photospool list | head`) is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exit.done);
  process.exit(sayFailure(toPhotospoolError(error, 'write', 'the results')));
});
// If stderr is closed, the error can't be reported.
process.stderr.on('error', () => undefined);

// Files of SQLite and helper programs are private; files.ts sets the modes of everything else.
process.umask(0o077);
process.exitCode = await run(process.argv.slice(2));
