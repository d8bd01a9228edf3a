/** Entries of the audit log as sentences, which begin with the person who did it. */
import type { AuditEntry } from '../../lib/access-api.js';
import { legible } from '../../lib/legible.js';
import { m } from '../../lib/messages.js';
import type { IconName } from '../../lib/ui/Icon.svelte';

/** The maximum number of characters of a name or a detail in a sentence. */
const most = 200;
/** Kinds caused by people who are not signed in: without a name, they have no subject. */
const attempts: readonly string[] = ['sign-in-failed', 'share-failed'];

/** The name of the person who did it, at the start of a sentence. */
function nameOf(name: string): string {
  if (Object.hasOwn(m.audit.who, name)) return m.audit.who[name]!;
  const token = /^token (.*)$/s.exec(name)?.[1];
  return token === undefined ? legible(name).slice(0, most) : m.audit.token(legible(token).slice(0, most));
}

/** An entry in words: a sentence, and the values that it leaves out. An unknown kind is shown unchanged. */
export function sentenceOf({ what, who: name, detail = '' }: AuditEntry): { sentence: string; rest: string } {
  const actor = name === undefined ? '' : nameOf(name);
  const who = actor === '' && !attempts.includes(what) ? m.audit.photospool : actor;
  const self = name !== undefined && (detail === name || detail.startsWith(`${name}: `));
  const rest = self ? detail.slice(name.length + 2) : detail;
  const about = legible(rest).slice(0, most);
  const sentence = m.audit.entries[what]?.({ who, about, self }) ?? what;
  return { sentence, rest: about !== '' && sentence.includes(about) ? '' : rest };
}

const icons: readonly (readonly [start: string, icon: IconName])[] = [
  ['sign-in-failed', 'warning'],
  ['share-failed', 'warning'],
  ['sign', 'key'],
  ['session', 'out'],
  ['password', 'key'],
  ['passkey', 'passkey'],
  ['second', 'shield'],
  ['recovery', 'shield'],
  ['token', 'key'],
  ['share', 'share'],
  ['access', 'eye'],
  ['upload-audience', 'eye'],
  ['publishing', 'globe'],
  ['peer', 'servers'],
  ['document', 'file'],
  ['pin', 'lock'],
  ['locked', 'lock'],
  ['photos', 'picture'],
  ['removed', 'picture'],
  ['trash', 'trash'],
];

/** The icon of a kind; a person for those about people. */
export const iconOf = (what: string): IconName => icons.find(([start]) => what.startsWith(start))?.[1] ?? 'person';

/** Entries by the day on which they happened here (`2026-11-24`), in their order. */
export function byDay(entries: readonly AuditEntry[]): { day: string; entries: AuditEntry[] }[] {
  const days: { day: string; entries: AuditEntry[] }[] = [];
  for (const entry of entries) {
    const at = new Date(entry.at);
    const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((n) => String(n).padStart(2, '0')).join('-');
    if (days.at(-1)?.day !== day) days.push({ day, entries: [] });
    days.at(-1)!.entries.push(entry);
  }
  return days;
}
