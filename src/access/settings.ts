/** What this home is set up to, as small local values: read at every request, so that another process's change counts at once. */
import type { Actor } from './actor.js';
import type { Audit } from './audit.js';
import type { Local } from '../library/local.js';
import type { Settings } from './viewer.js';

/** The settings of a home. */
export interface SettingStore {
  read(): Settings;
  /** Changes some; where somebody does it, the audit says who. */
  change(change: Partial<Settings>, actor?: Actor): void;
}

const names = { setUp: 'access.set-up', visitors: 'access.visitors', familyEdits: 'access.family-edits' } as const;

/** What the audit says of a change. */
const told: Record<keyof Settings, (on: boolean) => string> = {
  setUp: () => 'there is an owner account',
  visitors: (on) => (on ? 'open to visitors' : 'closed to visitors'),
  familyEdits: (on) => (on ? 'all of the family may edit' : 'the family may not edit, but those who are allowed to'),
};

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
  };
}
