/**
 * Whether people may have their own libraries here (docs/people.md). Every new document of that kind requires it;
 * existing ones, and those from other servers, keep working. Types and one constant.
 */
import { PhotospoolError } from '../base/errors.js';

/**
 * Whether this version is complete for libraries of people; otherwise their documents are not written, and the feature
 * is neither announced to servers nor mentioned to people. Tests set it by an option.
 */
export const peopleLibrariesReady: boolean = true;

/** Rejects the first document of that kind while libraries of people are off. @throws PhotospoolError `conflict`. */
export function demandPeopleLibraries(gate: { state(): PeopleLibraries } | undefined): void {
  const state = gate?.state() ?? { on: false, reason: 'A public server has no personal libraries.' };
  if (state.on) return;
  throw new PhotospoolError('conflict', 'Personal libraries are not available on this server yet.', {
    hint: state.reason,
  });
}

/** The name under which a server announces libraries of people in `features`. */
export const peopleFeature = 'people-libraries';

/** Whether libraries of people are enabled; if not, the reason, as a sentence with its remedy. */
export type PeopleLibraries =
  | { on: true }
  | {
      on: false;
      /** The name of the server that prevents them, if it is one. */
      server?: string;
      reason: string;
    };
