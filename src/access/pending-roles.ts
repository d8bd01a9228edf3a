/**
 * What a person may be here, and what their document says. The two differ where another server's document says more than an owner
 * of this server has agreed to: that waits. This is the only file that reads `role`, `canEdit`, `removed` and `name` from a document.
 * Pure: it reads no clock, and a stamp decides nothing here, so a forged one gains nothing.
 */
import { createHash } from 'node:crypto';
import { own } from '../document/json-values.js';
import { countedIn } from '../document/overruled-registers.js';
import type { Body } from '../document/photo-document.js';
import { isName } from './account-names.js';

/** What a person may be. */
export const personRoles = ['owner', 'family'] as const;
/** What a person is. */
export type PersonRole = (typeof personRoles)[number];

/** What a person is called and may do. `canEdit` matters for family. */
export interface Standing {
  name: string;
  role: PersonRole;
  canEdit: boolean;
  removed: boolean;
}

/** A standing as a document says it. */
export interface Said extends Standing {
  /** A hash of the registers it was read from: the same values written once more are another edition. */
  edition: string;
}

/** The values that make up a standing, in the order in which they are written. */
export const standingKeys = ['name', 'role', 'canEdit', 'removed'] as const;

type Key = (typeof standingKeys)[number];

/** What counts of a register whose values overrule each other round, as only a forged document has them. */
const narrowest: Partial<Standing> = { role: 'family', canEdit: false, removed: true };

/** The standing in a document; undefined where there is none, or where a foreign writer got it wrong. */
export function readStanding(body: Body | undefined): Said | undefined {
  const counts = (key: Key): unknown => countedIn(body, key);
  const value = (key: Key): unknown => {
    const register = counts(key);
    return register === 'circle' ? narrowest[key] : own(register, 'value');
  };
  const [name, given] = [value('name'), value('role')];
  const role = personRoles.find((one) => one === given);
  if (own(body, 'kind') !== 'person' || !isName(name) || !role) return undefined;
  const registers = JSON.stringify(standingKeys.map((key) => [value(key), own(counts(key), 'at')]));
  const edition = createHash('sha256').update(registers).digest('hex');
  return { name, role, canEdit: value('canEdit') === true, removed: value('removed') === true, edition };
}

/** How much somebody may: 0 family, 1 family that edits, 2 owner. */
export const rankOf = ({ role, canEdit }: Pick<Standing, 'role' | 'canEdit'>): 0 | 1 | 2 =>
  role === 'owner' ? 2 : canEdit ? 1 : 0;

/**
 * The standing in force after another server's document came in. Less applies at once: a removal, a lower role. More waits: a
 * higher role, another name, coming back. Somebody new is family until an owner agrees. `said` undefined: the document is gone
 * or unreadable, which is a removal. `isLast`: the last owner who can sign in here, whom nobody else removes or demotes.
 */
export function receive(here: Standing | undefined, said: Standing | undefined, isLast: boolean): Standing | undefined {
  if (!here) {
    return said && { name: said.name, role: 'family', canEdit: false, removed: said.removed };
  }
  if (isLast) return here;
  if (!said || said.removed) return { ...here, removed: true };
  const { role, canEdit } = rankOf(said) <= rankOf(here) ? said : here;
  return { ...here, role, canEdit };
}

/** What a document says beyond what is in force; undefined where nothing waits. */
export function waitingChange(here: Standing, said: Standing | undefined): Partial<Standing> | undefined {
  const wanted = said ?? { ...here, removed: true };
  if (wanted.removed) return here.removed ? undefined : { removed: true };
  const isSameRank = wanted.role === 'owner' && here.role === 'owner';
  const differs = standingKeys.filter((key) => wanted[key] !== here[key] && !(key === 'canEdit' && isSameRank));
  return differs.length === 0 ? undefined : Object.fromEntries(differs.map((key) => [key, wanted[key]]));
}

/** Whether a change gives somebody more than they have: a higher role, or coming back. */
export const isPromotion = (before: Standing, after: Standing): boolean =>
  !after.removed && (before.removed || rankOf(after) > rankOf(before));
