/**
 * An export in the place of `incoming`: its photos are ready at once, with what it says of them; whatever else it holds is left
 * where it is. Opens only the first bytes of what is about to be taken; changes nothing but folders that `--move` empties.
 */
import { sep } from 'node:path';
import type { Clock } from '../base/clock.js';
import { printable } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { keyOf } from '../base/paths.js';
import { headLength, identify } from '../photo/identify.js';
import { openInbox, type Inbox } from '../spool/inbox.js';
import type { IgnoredItem } from '../spool/port.js';
import type { Found } from '../spool/scan.js';
import type { Waiting } from '../spool/sidecars.js';
import type { Plan } from './plan.js';
import type { Sources } from './sources.js';

/** Opens the inbox of a planned export. `files` know the entries of its parts; `works`: see `openInbox`. */
export function planInbox(
  plan: Plan,
  sources: Sources,
  files: Files,
  clock: Clock,
  works: string[],
  openSidecars: () => Waiting | undefined = () => undefined,
): Inbox {
  const folders = sources.folders.map((folder) => openInbox(folder, 0, files, clock, works, openSidecars()));
  const planned = new Map(plan.photos.map((photo) => [photo.entry.id, photo]));
  const refused = new Map<string, IgnoredItem>();
  const zipped = plan.photos.filter(({ entry }) => sources.zipped.has(entry.id) && entry.trouble === undefined);

  function inboxOf({ path }: Found): Inbox {
    const at = sources.folders.findIndex((folder) => Buffer.from(path).indexOf(folder + sep) === 0);
    return folders[Math.max(at, 0)]!;
  }

  /** A file with what is said of it; undefined where it is not to be taken. */
  function wanted(found: Found): Found | undefined {
    const photo = planned.get(keyOf(found.path));
    // Sidecars belong to the spool, which knows what to do with them.
    if (!photo) return /\.xmp$/i.test(found.name) ? found : undefined;
    return photo.brought ? { ...found, brought: photo.brought } : found;
  }

  return {
    async look() {
      const looked = await Promise.all(folders.map((inbox) => inbox.look()));
      const ready = looked.flatMap((one) => one.ready.flatMap((found) => wanted(found) ?? []));
      const entries = zipped.filter(({ entry }) => !refused.has(entry.id));
      return {
        ready: [...ready, ...entries.flatMap(({ entry }) => wanted(sources.found.get(entry.id)!) ?? [])],
        wait: undefined,
        folders: looked.flatMap((one) => one.folders),
        there: looked.every(({ there }) => there),
      };
    },
    async whyNot(found) {
      const id = keyOf(found.path);
      const what = identify(await files.head(found.path, headLength));
      if (what.kind === 'photo') return undefined;
      if (sources.zipped.has(id))
        refused.set(id, { name: printable(planned.get(id)!.entry.path), reason: what.reason });
      // The inbox of its folder remembers it, and leaves it out of the next look, or knows whose sidecar it is.
      else return inboxOf(found).whyNot(found);
      return what.reason;
    },
    took: (found) => inboxOf(found).took(found),
    ignored: () => [...refused.values(), ...folders.flatMap((inbox) => inbox.ignored())],
    trouble: () => folders.flatMap((inbox) => inbox.trouble()),
    news: () => folders.flatMap((inbox) => inbox.news()),
    count: () => zipped.length - refused.size + folders.reduce((sum, inbox) => sum + inbox.count(), 0),
    waiting: () => folders.flatMap((inbox) => inbox.waiting()),
  };
}
