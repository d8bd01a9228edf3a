/**
 * Whether people may have libraries of their own here (docs/people.md). Every document of that kind is written behind this answer; what
 * was written once, or came from another server, keeps working. Types and one constant.
 */
import { PhotospoolError } from '../base/errors.js';

/**
 * Whether this version has all that libraries of people need. While it has not, nothing writes their documents, no server is told that
 * they are supported, and nobody is told of them; tests open the gate through an option.
 */
export const peopleLibrariesReady: boolean = false;

/** Refuses to write the first document of that kind while the libraries of people are off. @throws PhotospoolError `conflict`. */
export function demandPeopleLibraries(gate: { state(): PeopleLibraries } | undefined): void {
  const state = gate?.state() ?? { on: false, reason: 'A public server has none.' };
  if (state.on) return;
  throw new PhotospoolError('conflict', 'People can’t have libraries of their own here yet.', { hint: state.reason });
}

/** How a server announces, in `features`, that it supports libraries of people. */
export const peopleFeature = 'people-libraries';

/** Whether the libraries of people are on; while they are not, why, as a sentence with its remedy. */
export type PeopleLibraries =
  | { on: true }
  | {
      on: false;
      /** What the server is called that keeps them off; absent where it is none. */
      server?: string;
      reason: string;
    };
