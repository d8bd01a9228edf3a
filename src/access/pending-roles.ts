/**
 * The effective standing of a person here, compared with their document. The two differ while another server's document
 * grants more than an owner of this server has approved: that is pending. Only this file reads `role`, `canEdit`,
 * `removed` and `name` from a document. Pure: it reads no clock and ignores stamps, so a forged one gains nothing.
 */
import { createHash } from 'node:crypto';
import { own } from '../document/json-values.js';
import { countedIn } from '../document/overruled-registers.js';
import type { Body } from '../document/photo-document.js';
import { isName } from './account-names.js';

/** The roles of a person. */
export const personRoles = ['owner', 'family'] as const;
/** One role of a person. */
export type PersonRole = (typeof personRoles)[number];

/** The name and role of a person. `canEdit` applies to family. */
export interface Standing {
  name: string;
  role: PersonRole;
  canEdit: boolean;
  removed: boolean;
}

/** A standing in a document. */
export interface Said extends Standing {
  /** A hash of the registers it was read from: writing the same values again gives another edition. */
  edition: string;
}

/** The values of a standing, in the order in which they are written. */
export const standingKeys = ['name', 'role', 'canEdit', 'removed'] as const;

type Key = (typeof standingKeys)[number];

/** The values that apply if registers overrule each other in a cycle, which only a forged document has. */
const narrowest: Partial<Standing> = { role: 'family', canEdit: false, removed: true };

/** The standing in a document; undefined if it is missing or malformed. */
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

/** The rank of a role: 0 family, 1 family that edits, 2 owner. */
export const rankOf = ({ role, canEdit }: Pick<Standing, 'role' | 'canEdit'>): 0 | 1 | 2 =>
  role === 'owner' ? 2 : canEdit ? 1 : 0;

/**
 * The effective standing after another server's document arrived. Less applies at once: a removal, a lower role. More
 * is pending: a higher role, another name, a return. A new person is family until an owner approves. `said` undefined:
 * the document is gone or unreadable, which counts as removal. `isLast`: the last owner who can sign in here, whom
 * other servers can't remove or demote.
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

/** The pending change in a document; undefined if there is none. */
export function waitingChange(here: Standing, said: Standing | undefined): Partial<Standing> | undefined {
  const wanted = said ?? { ...here, removed: true };
  if (wanted.removed) return here.removed ? undefined : { removed: true };
  const isSameRank = wanted.role === 'owner' && here.role === 'owner';
  const differs = standingKeys.filter((key) => wanted[key] !== here[key] && !(key === 'canEdit' && isSameRank));
  return differs.length === 0 ? undefined : Object.fromEntries(differs.map((key) => [key, wanted[key]]));
}

/** Whether a change grants more than before: a higher role, or a return. */
export const isPromotion = (before: Standing, after: Standing): boolean =>
  !after.removed && (before.removed || rankOf(after) > rankOf(before));
