/**
 * The sidecars of a photo: values that were said of it in other programs, from an `.xmp` beside it or from an export. Which
 * of several counts, and how one is added. Pure.
 */
import { compareText, entriesOf, own, textOf } from './json-values.js';
import type { PhotoDocument, Sidecar, SidecarValues } from './photo-document.js';

/**
 * The values of a document's sidecars, the newest first; of equal ones by name, then by hash. Of several under one name, which
 * are states of one file, only the newest is asked: what it does not say any more was taken out.
 */
export function sidecarsOf(document: Pick<PhotoDocument, 'sidecars'>): SidecarValues[] {
  const names = new Set<string>();
  return newestFirst(document)
    .filter(({ name }) => names.size < names.add(name).size)
    .map(({ values }) => values);
}

/** All sidecars of a document in that order, with their hashes. What a foreign writer got wrong comes back empty. */
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
 * A document with one more sidecar, whatever it was read from; `sha256` is that of its bytes. The same one again gets the later
 * time, and is the owner's once they sent it, too. Of several under one name only the newest keeps its values: the others are told of, and lie in the archive. (Empty
 * values are the greater JSON, so a merge with a document that has them keeps them empty.)
 */
export function withSidecar(document: PhotoDocument, sha256: string, sidecar: Sidecar): PhotoDocument {
  const known = own(document.sidecars, sha256) as Sidecar | undefined;
  const isNewer = textOf(known?.modified) < (sidecar.modified ?? '');
  if (known && !isNewer && !isTakenOver(known, sidecar)) return document;
  const { by: _by, ...rest } = isNewer || !known ? sidecar : known;
  const by = known && !isTakenOver(known, sidecar) ? known.by : sidecar.by;
  const told = { ...rest, ...(by !== undefined && { by }) };
  const added = { ...document, sidecars: { ...document.sidecars, [sha256]: told } };
  // What another said stays: for links it may count where this one does not (share-link-view.ts).
  const states = newestFirst(added).filter((one) => one.name === sidecar.name && one.by === told.by);
  const older = states.slice(1).map(({ sha256: state }) => [state, { ...added.sidecars[state]!, values: {} }] as const);
  return { ...added, sidecars: { ...added.sidecars, ...Object.fromEntries(older) } };
}

/** What somebody else said first, and the owner says, too, is the owner's from then on. */
const isTakenOver = (known: Sidecar, sidecar: Sidecar): boolean => known.by !== undefined && sidecar.by === undefined;
