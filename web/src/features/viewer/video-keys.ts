/** The keys of the video player: Space or k plays and pauses, j and l seek, m toggles sound. Inactive while typing. */
import { hasModifier } from '../../lib/modifier-keys.js';

/** The seconds that j and l seek. */
const leap = 5;

/** The actions of a video player. */
export interface VideoActions {
  /** Plays or pauses. */
  toggle(): void;
  /** Toggles sound. */
  mute(): void;
  seekBy(seconds: number): void;
}

/** Handles `keydown` events of the window for a video player. */
export function videoKeys({ toggle, mute, seekBy }: VideoActions): (event: KeyboardEvent) => void {
  const keys: Record<string, () => void> = {
    ' ': toggle,
    k: toggle,
    m: mute,
    j: () => seekBy(-leap),
    l: () => seekBy(leap),
  };
  return (event) => {
    if (hasModifier(event) || event.defaultPrevented) return;
    if (event.target instanceof HTMLElement && event.target.matches('input:not([type=range]), textarea, select'))
      return;
    if (event.key === ' ' && event.target instanceof HTMLElement && event.target.matches('button, a, input')) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
}
