/** `photospool unlock`: unlocks photos of a person. Works beside a running server. */
import { changeLocks, type LockFlags } from '../change-locks.js';
import { addVerb, type Verb } from '../command.js';

/** The verb `unlock`. */
export const unlock: Verb = (program, run) => {
  addVerb(program, 'unlock [PHOTO...]', 'Unlock photos of a person without their PIN; recorded in the security log')
    .requiredOption('--for <NAME>', 'person who owns the photos')
    .option('--all', 'unlock all locked photos of the person')
    .action((ids: string[], flags: LockFlags) => run(() => changeLocks('unlock', ids, flags)));
};
