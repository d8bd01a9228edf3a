/** Groups stuck files by reason, so that each group can be handled at once. Pure. */
import type { ErrorCode } from '../base/errors.js';
import type { StuckGroup, StuckItem } from './spool-interface.js';

/** The titles of groups by error code. */
const titles: Partial<Record<ErrorCode, string>> = {
  truncated: 'Incomplete: the end of the file is missing',
  undecodable: 'Damaged: the file can’t be read',
  'too-large': 'Too large to be opened safely',
  timeout: 'Took too long to be read',
  unsupported: 'Not a supported photo or video',
  'disk-full': 'The disk is full',
  'read-only': 'The disk can’t be written to',
  permission: 'Photospool has no permission to read or write it',
  io: 'The disk reported an error',
  busy: 'The machine was too busy',
  changing: 'Still being written',
  locked: 'Waiting for another file',
};

/** The title for an error code, without a full stop. */
export const titleOf = (code: string): string => titles[code as ErrorCode] ?? 'Other problems';

/** Groups stuck files by code, the largest first, without ignored ones. */
export function groupsOf(stuck: readonly StuckItem[]): StuckGroup[] {
  const groups = new Map<string, StuckGroup>();
  for (const { code, own, asIs, ignored } of stuck) {
    if (ignored) continue;
    const group = groups.get(code) ?? { code, title: titleOf(code), count: 0 };
    groups.set(code, {
      ...group,
      count: group.count + 1,
      ...(own && { own }),
      ...(asIs !== undefined && { damaged: true }),
    });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}
