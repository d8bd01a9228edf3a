/**
 * The steps after the first photos: the owner's account, then the family. Both follow from facts in every session
 * response; only the dismissal of a step is stored, in this browser.
 */
import { session } from '../../lib/session.svelte.js';

/** A step that has not been taken. */
export type Step = 'account' | 'family';

const key = (step: Step): string => `photospool.step.${step}`;

function isDismissed(step: Step): boolean {
  try {
    return localStorage.getItem(key(step)) === 'dismissed';
  } catch {
    return false;
  }
}

class NextStep {
  /** Increases when a step was dismissed. */
  #dismissals = $state(0);

  /** The next step; undefined if there is none, or for someone who can't take it. */
  get now(): Step | undefined {
    void this.#dismissals;
    const { role, setUp, alone } = session.now ?? {};
    if (role !== 'owner') return undefined;
    const step = setUp === false ? 'account' : alone === true ? 'family' : undefined;
    return step === undefined || isDismissed(step) ? undefined : step;
  }

  /** Hides a step permanently, in this browser. */
  dismiss(step: Step): void {
    try {
      localStorage.setItem(key(step), 'dismissed');
    } catch {
      // Without storage it is shown again on the next page.
    }
    this.#dismissals++;
  }
}

export const nextStep = new NextStep();
