/**
 * The options of the link that a person created last, in this browser: the next one starts with them. Not remembered are
 * password and expiry date, which belong to one link, and whether it accepts photos of guests.
 */
import { session } from '../../lib/session.svelte.js';
import type { LinkSettings } from './share-links-api.js';

const names = ['originals', 'unedited', 'details', 'named'] as const;
/** The options that are remembered. */
export type RememberedOptions = Partial<Record<(typeof names)[number], boolean>>;

const key = (): string => `photospool.share.${session.now?.person?.id ?? ''}`;

/** The known options of a value that may be anything. */
function optionsIn(value: unknown): RememberedOptions {
  const found = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return Object.fromEntries(names.flatMap((name) => (typeof found[name] === 'boolean' ? [[name, found[name]]] : [])));
}

/** The options of the viewer's last link; at first, and without storage, only that it shows their name, if they have one. */
export function rememberedOptions(): RememberedOptions {
  const first = session.now?.person ? { named: true } : {};
  try {
    return { ...first, ...optionsIn(JSON.parse(localStorage.getItem(key()) ?? '{}')) };
  } catch {
    return first;
  }
}

/** Remembers the options of a link that was created. */
export function rememberOptions(settings: LinkSettings): void {
  try {
    localStorage.setItem(key(), JSON.stringify(optionsIn(settings)));
  } catch {
    // Without storage the next link starts without options.
  }
}
