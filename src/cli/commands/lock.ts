/** `photospool lock`: locks photos of a person. Works beside a running server. */
import { changeLocks, type LockFlags } from '../change-locks.js';
import { addVerb, type Verb } from '../command.js';

/** The verb `lock`. */
export const lock: Verb = (program, run) => {
  addVerb(program, 'lock <PHOTO...>', 'Lock photos of a person')
    .requiredOption('--for <NAME>', 'person who owns the photos')
    .action((ids: string[], flags: LockFlags) => run(() => changeLocks('lock', ids, flags)));
};
