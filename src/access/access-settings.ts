/**
 * The settings of a home, as small local values: read at every request, so that a change by another process applies at
 * once. One row each; a crash leaves the old value or the new one.
 */
import { PhotospoolError } from '../base/errors.js';
import type { Actor } from './actor.js';
import type { Audit } from './audit-log.js';
import type { Local } from '../library/local-tables.js';

/** The settings of a home. */
export interface SettingStore {
  read(): Settings;
  /** Changes some settings; the audit log names the actor. */
  change(change: Partial<Settings>, actor?: Actor): void;
  /** The public address of the library, such as `https://photos.example.org`; undefined if none is set. */
  publicAddress(): string | undefined;
  /**
   * Sets that address, or removes it (undefined). @throws PhotospoolError `invalid` if it is not an HTTP or HTTPS
   * origin.
   */
  setPublicAddress(address: string | undefined, actor: Actor): void;
}

const publicAddress = 'access.public-address';

const names = { setUp: 'access.set-up', visitors: 'access.visitors', familyEdits: 'access.family-edits' } as const;

/** The audit entry of each change. */
const told: Record<keyof Settings, (on: boolean) => string> = {
  setUp: () => 'an owner account exists',
  visitors: (on) => (on ? 'open to visitors' : 'closed to visitors'),
  familyEdits: (on) => (on ? 'all family members can edit' : 'only permitted family members can edit'),
};

/**
 * Parses a typed server address: scheme, host, and optionally a port (an origin, RFC 6454).
 * @throws PhotospoolError `invalid`
 */
export function readPublicAddress(text: string): string {
  const typed = text.trim();
  const full = /^[a-z]+:\/\//i.test(typed) ? typed : `https://${typed}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  const origin =
    url !== undefined && /^https?:$/.test(url.protocol) && url.hostname !== '' && url.href === `${url.origin}/`;
  if (!origin || typed.length > 260) {
    throw new PhotospoolError('invalid', 'This is not a valid server address.', {
      hint: 'Enter it as in the browser’s address bar, without a path: https://photos.example.org',
    });
  }
  return url.origin;
}

/** Opens the settings. */
export function openSettings(local: Pick<Local, 'setting' | 'setSetting'>, audit: Pick<Audit, 'note'>): SettingStore {
  const is = (name: keyof typeof names): boolean => local.setting(names[name]) === 'yes';
  return {
    read: () => ({ setUp: is('setUp'), visitors: is('visitors'), familyEdits: is('familyEdits') }),
    change(change, actor) {
      for (const name of ['setUp', 'visitors', 'familyEdits'] as const) {
        const value = change[name];
        if (value === undefined || value === is(name)) continue;
        local.setSetting(names[name], value ? 'yes' : 'no');
        if (!actor) continue;
        const { who, address } = actor;
        audit.note('access-changed', { who, detail: told[name](value), ...(address !== undefined && { address }) });
      }
    },
    publicAddress: () => local.setting(publicAddress) || undefined,
    setPublicAddress(given, { who, address }) {
      const value = given === undefined ? '' : readPublicAddress(given);
      if (value === (local.setting(publicAddress) ?? '')) return;
      local.setSetting(publicAddress, value);
      const detail = value === '' ? 'no public address' : `public address ${value}`;
      audit.note('access-changed', { who, detail, ...(address !== undefined && { address }) });
    },
  };
}
/** The settings of a home. */
export interface Settings {
  /** Whether an owner account ever existed here. It stays true: losing all accounts does not open the home. */
  setUp: boolean;
  /** Whether the library is open to visitors. */
  visitors: boolean;
  /** Whether all family accounts may edit. */
  familyEdits: boolean;
}
