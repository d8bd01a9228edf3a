/** `photospool unlock`: unlocks photos of a person. Works beside a running server. */
import { changeLocks, type LockFlags } from '../change-locks.js';
import { addVerb, type Verb } from '../command.js';

/** The verb `unlock`. */
export const unlock: Verb = (program, run) => {
  addVerb(program, 'unlock [PHOTO...]', 'unlocks photos of a person; asks for no PIN, and is in the audit')
    .requiredOption('--for <NAME>', 'the person whose photos they are')
    .option('--all', 'all that are locked')
    .action((ids: string[], flags: LockFlags) => run(() => changeLocks('unlock', ids, flags)));
};
