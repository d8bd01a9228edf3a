/** What this home is set up to, as small local values: read at every request, so that another process's change counts at once. */
import type { Local } from '../library/local.js';
import type { Settings } from './viewer.js';

/** The settings of a home. */
export interface SettingStore {
  read(): Settings;
  change(change: Partial<Settings>): void;
}

const names = { setUp: 'access.set-up', visitors: 'access.visitors', familyEdits: 'access.family-edits' } as const;

/** Opens the settings. */
export function openSettings(local: Pick<Local, 'setting' | 'setSetting'>): SettingStore {
  const is = (name: keyof typeof names): boolean => local.setting(names[name]) === 'yes';
  return {
    read: () => ({ setUp: is('setUp'), visitors: is('visitors'), familyEdits: is('familyEdits') }),
    change(change) {
      for (const name of ['setUp', 'visitors', 'familyEdits'] as const) {
        const value = change[name];
        if (value !== undefined) local.setSetting(names[name], value ? 'yes' : 'no');
      }
    },
  };
}
