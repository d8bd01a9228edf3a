/**
 * The sidecars of a photo: values from other programs, from an `.xmp` beside it or from an export. Which of several
 * counts, and how one is added. Pure.
 */
import { compareText, entriesOf, own, textOf } from './json-values.js';
import type { PhotoDocument, Sidecar, SidecarValues } from './photo-document.js';

/**
 * The values of a document's sidecars, newest first; equal times by name, then by hash. Of several with one name, which
 * are states of one file, only the newest counts: values that it lacks were removed.
 */
export function sidecarsOf(document: Pick<PhotoDocument, 'sidecars'>): SidecarValues[] {
  const names = new Set<string>();
  return newestFirst(document)
    .filter(({ name }) => names.size < names.add(name).size)
    .map(({ values }) => values);
}

/**
 * All sidecars of a document in that order, with their hashes. Invalid values of a foreign writer are returned empty.
 */
export function newestFirst({ sidecars }: Pick<PhotoDocument, 'sidecars'>): (Sidecar & { sha256: string })[] {
  return entriesOf(sidecars)
    .map(([sha256, sidecar]) => ({
      sha256,
      name: textOf(own(sidecar, 'name')),
      modified: textOf(own(sidecar, 'modified')),
      values: own(sidecar, 'values') ?? {},
      ...(typeof own(sidecar, 'by') === 'string' && { by: textOf(own(sidecar, 'by')) }),
    }))
    .sort(
      (a, b) => compareText(b.modified, a.modified) || compareText(a.name, b.name) || compareText(a.sha256, b.sha256),
    );
}

/**
 * A document with one more sidecar from any source; `sha256` is that of its bytes. An identical one gets the later
 * time, and becomes the owner's once they sent it, too. Of several with one name only the newest keeps its values: the
 * others are only listed, and stored in the archive. (Empty values have the greater JSON, so a merge with a document
 * that has the values keeps them empty.)
 */
export function withSidecar(document: PhotoDocument, sha256: string, sidecar: Sidecar): PhotoDocument {
  const known = own(document.sidecars, sha256) as Sidecar | undefined;
  const isNewer = textOf(known?.modified) < (sidecar.modified ?? '');
  if (known && !isNewer && !isTakenOver(known, sidecar)) return document;
  const { by: _by, ...rest } = isNewer || !known ? sidecar : known;
  const by = known && !isTakenOver(known, sidecar) ? known.by : sidecar.by;
  const told = { ...rest, ...(by !== undefined && { by }) };
  const added = { ...document, sidecars: { ...document.sidecars, [sha256]: told } };
  // The values of another sender stay: they may count in share links where these do not (share-link-view.ts).
  const states = newestFirst(added).filter((one) => one.name === sidecar.name && one.by === told.by);
  const older = states.slice(1).map(({ sha256: state }) => [state, { ...added.sidecars[state]!, values: {} }] as const);
  return { ...added, sidecars: { ...added.sidecars, ...Object.fromEntries(older) } };
}

/** A sidecar first sent by someone else becomes the owner's when the owner sends it, too. */
const isTakenOver = (known: Sidecar, sidecar: Sidecar): boolean => known.by !== undefined && sidecar.by === undefined;
