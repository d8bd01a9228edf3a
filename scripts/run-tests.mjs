/**
 * Runs Vitest with these arguments (`vitest run …`). On CI, a browser file in which a test failed runs a second time, as
 * a whole and with a new home: a browser may hiccup on a busy machine, and a test that is repeated alone would find what
 * its first attempt left behind. Not if more than a few files failed, and no other files: a property that fails for one
 * seed has found something. The report names what passed at the second attempt (test/reporter.ts).
 */
import { createVitest, parseCLI } from 'vitest/node';

/** The maximum number of files that run a second time. */
const most = 4;

/** @param {import('vitest/node').TestModule} file */
const mayRepeat = (file) => file.project.name.endsWith('browser');

const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
// As the command line of Vitest does.
process.env['VITEST'] = 'true';
process.env['NODE_ENV'] ||= 'test';
const vitest = await createVitest('test', options);
try {
  const { testModules, unhandledErrors } = await vitest.start(filter);
  const failed = testModules.filter((file) => !file.ok());
  const repeated = failed.length <= most ? failed.filter(mayRepeat) : [];
  if (process.env['CI'] && unhandledErrors.length === 0 && repeated.length > 0) {
    await vitest.runTestSpecifications(repeated.map((file) => file.toTestSpecification()));
    if (vitest.state.getTestModules().every((file) => file.ok())) process.exitCode = 0;
  }
} finally {
  await vitest.exit();
}
