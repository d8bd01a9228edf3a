/** The state of a photo for links to a search, after removing what was written or added by others who may not share. */
import { describe, expect, it } from 'vitest';
import { confirmedOf, isConfirmed, peopleIn } from '../../src/document/share-link-view.js';
import { applyChange, type PhotoChange, type Signature } from '../../src/document/edits.js';
import { format, type PhotoDocument, type Sighting } from '../../src/document/photo-document.js';
import { sideOf } from '../../src/document/photo-senders.js';
import { withSidecar } from '../../src/document/sidecar-values.js';
import { formatStamp } from '../../src/document/stamp.js';
import { viewPhoto } from '../../src/document/photo-view.js';

const mayShare = (by: string, how: 'edit' | 'file'): boolean =>
  by === 'owner' || by === 'person:OWNER' || (how === 'edit' && by.startsWith('token:'));
const guest = 'person:GUEST';

function sighting(by?: string, name = 'a.jpg', day = 1): Record<string, Sighting> {
  const at = `2026-01-0${day}T00:00:00.000Z`;
  return { [`s ${by ?? ''} ${name}`]: { at, server: 's', name, modified: at, ...(by !== undefined && { by }) } };
}

const photo = (sightings = sighting()): PhotoDocument => ({
  ...{ format, kind: 'photo', renditions: { recipe: 1 }, sidecars: {}, sightings, edits: {} },
  facts: { recipe: 1, type: 'image/jpeg', bytes: 1, width: 1, height: 1, tags: ['given'], rating: 2 },
});

let ms = 0;
const say = (
  document: PhotoDocument,
  by: string,
  change: PhotoChange,
  confirms = false,
  more: Partial<Signature> = {},
): PhotoDocument =>
  applyChange(document, change, { at: formatStamp({ ms: ++ms, counter: 0, epoch: 'e' }), by, confirms, ...more });

function left(document: PhotoDocument) {
  const confirmed = confirmedOf(document, mayShare);
  if (confirmed === 'none') return 'none';
  const { title, tags, albums, rating, name } = viewPhoto('', confirmed.photo, { here: false });
  return { title, tags, albums, rating, name, doubted: confirmed.doubted };
}

const untouched = { title: '', tags: ['given'], albums: [], rating: 2, name: 'a.jpg', doubted: false };

describe('the part of a photo confirmed by people who may share', () => {
  it('is the whole photo if nobody else edited it', () => {
    const all = say(say(photo(), 'owner', { title: 'x' }), 'token:t', { tags: { add: ['y'] } });
    expect(isConfirmed(all, mayShare)).toBe(true);
    expect(isConfirmed(say(all, guest, { rating: 1 }), mayShare)).toBe(false);
    expect(isConfirmed(photo(sighting(guest)), mayShare)).toBe(false);
    // Personal favourites do not concern links.
    expect(isConfirmed(say(all, guest, { favourites: { add: [guest] } }), mayShare)).toBe(true);
  });

  it('is their last value of a field, whoever edited it later', () => {
    expect(left(say(photo(), guest, { title: 'guest', rating: 5 }))).toEqual(untouched);
    const told = say(say(photo(), 'person:OWNER', { title: 'owner' }), guest, { title: 'guest' });
    expect(left(told)).toMatchObject({ title: 'owner' });
    expect(left(say(told, 'token:t', { title: 'token' }))).toMatchObject({ title: 'token' });
  });

  it('omits a field if their last value is no longer known', () => {
    let told = say(photo(), 'owner', { rating: 1 });
    for (let n = 0; n < 7; n++) told = say(told, guest, { rating: 2 + (n % 3) });
    expect(left(told)).toMatchObject({ rating: 1 });
    told = say(told, guest, { rating: 5 });
    expect(left(told)).toBe('none');
    expect(left(say(told, 'owner', { rating: 4 }))).toMatchObject({ rating: 4 });
  });

  it('omits tags and albums whose last edit, adding or removing, is by another; and in doubt', () => {
    const owner = say(photo(), 'owner', { tags: { add: ['o', 'kept'], remove: ['given'] }, albums: { add: ['A'] } });
    const told = say(owner, guest, {
      tags: { add: ['g', 'given'], remove: ['o'] },
      albums: { add: ['B'], remove: ['A'] },
    });
    expect(left(told)).toMatchObject({ tags: ['kept'], albums: [], doubted: true });
    expect(left(say(photo(), guest, { tags: { remove: ['given'] } }))).toMatchObject({ tags: [], doubted: true });
  });

  it('includes another’s value once they repeat it', () => {
    const told = say(photo(), guest, { title: 'x', tags: { add: ['g'] }, albums: { add: ['A'] } });
    expect(say(told, 'owner', { title: 'x', tags: { add: ['g'] }, albums: { add: ['A'] } })).toBe(told);
    const again = say(told, 'owner', { title: 'x', tags: { add: ['g'] }, albums: { add: ['A'] } }, true);
    expect(left(again)).toMatchObject({ title: 'x', tags: ['g', 'given'], albums: ['A'], doubted: false });
    expect(say(again, 'owner', { title: 'x', tags: { add: ['g'] } }, true)).toBe(again);
  });

  it('includes values of their sidecars, also if another sent a newer one of that name', () => {
    const own = { name: 'a.xmp', values: { title: 'owner' }, modified: '2026-01-01T00:00:00.000Z' };
    const other = { name: 'a.xmp', values: { title: 'guest' }, modified: '2026-02-01T00:00:00.000Z', by: guest };
    const told = withSidecar(withSidecar(photo(), 'a'.repeat(64), own), 'b'.repeat(64), other);
    expect(viewPhoto('', told, { here: false }).title).toBe('guest');
    expect(left(told)).toMatchObject({ title: 'owner' });
  });

  it('is nothing of a photo that others alone added, until they edit it', () => {
    for (const by of [guest, 'token:t', 'unknown']) {
      const brought = photo(sighting(by));
      expect(left(brought), by).toBe('none');
      expect(left(say(brought, guest, { albums: { add: ['A'] } })), by).toBe('none');
      expect(left(say(brought, 'owner', { reviewed: true })), by).toEqual(untouched);
    }
    const both = photo({ ...sighting(guest, 'guest.jpg', 1), ...sighting(undefined, 'own.jpg', 2) });
    expect(left(both)).toMatchObject({ name: 'own.jpg' });
  });

  describe('does not include values that they only repeat, with the author behind them:', () => {
    const owner = 'person:OWNER';
    const rename = { albums: { add: ['B'], remove: ['A'] }, tags: { add: ['new'], remove: ['g'] } };
    const entered = (by: string): PhotoDocument =>
      say(photo(), by, { albums: { add: ['A'] }, tags: { add: ['g'] } }, by === owner);

    it('renaming an album or a tag', () => {
      const renamed = say(entered(guest), owner, rename, true);
      expect(viewPhoto('', renamed, { here: false })).toMatchObject({ albums: ['B'], tags: ['given', 'new'] });
      expect(left(renamed)).toMatchObject({ albums: [], tags: ['given'], doubted: true });
      expect(isConfirmed(renamed, mayShare)).toBe(false);
      expect(peopleIn(renamed)).toEqual([guest, owner]);
      expect(left(say(renamed, owner, { albums: { add: ['C'], remove: ['B'] } }, true))).toMatchObject({ albums: [] });
      expect(left(say(entered(owner), owner, rename, true))).toMatchObject({ albums: ['B'], doubted: false });
      expect(left(say(entered('owner'), owner, rename, true))).toMatchObject({ albums: ['B'], doubted: false });
    });

    it('merging an album with one in which another put the photo', () => {
      const both = say(entered(guest), guest, { albums: { add: ['B'] } });
      expect(left(say(both, owner, rename, true))).toMatchObject({ albums: [] });
      const own = say(entered(guest), owner, { albums: { add: ['B'] } }, true);
      expect(left(say(own, owner, rename, true))).toMatchObject({ albums: ['B'] });
      const moved = say(entered(owner), guest, { albums: { add: ['B'] } });
      expect(left(say(moved, owner, rename, true))).toMatchObject({ albums: ['B'] });
    });

    it('renaming a tag in a file that another added', () => {
      const moved = { tags: { add: ['new'], remove: ['given'] } };
      const renamed = say(photo(sighting(guest)), owner, moved, true);
      expect(left(renamed)).toBe('none');
      expect(left(say(renamed, owner, { reviewed: true }, true))).toMatchObject({ tags: ['new'], doubted: false });
      expect(left(say(photo(), owner, moved, true))).toMatchObject({ tags: ['new'], doubted: false });
    });

    it('undoing an edit', () => {
      const back = { restores: true };
      const renamed = say(entered(guest), owner, rename, true);
      const undone = say(renamed, owner, { albums: { add: ['A'], remove: ['B'] } }, true, back);
      expect(left(undone)).toMatchObject({ albums: [] });
      const taken = say(entered(guest), owner, { albums: { remove: ['A'] } }, true);
      expect(left(taken)).toMatchObject({ albums: [] });
      expect(left(say(taken, owner, { albums: { add: ['A'] } }, true, back))).toMatchObject({ albums: [] });
      expect(left(say(taken, owner, { albums: { add: ['A'] } }, true))).toMatchObject({ albums: ['A'] });
      const titled = say(say(photo(), guest, { title: 'guest' }), owner, { title: 'owner' }, true);
      expect(left(say(titled, owner, { title: 'guest' }, true, back))).toMatchObject({ title: 'owner' });
      const own = say(entered(owner), owner, { albums: { remove: ['A'] } }, true);
      expect(left(say(own, owner, { albums: { add: ['A'] } }, true, back))).toMatchObject({ albums: ['A'] });
    });

    it('copying from another photo', () => {
      const behind = (): string[] => [guest];
      const told = say(photo(), owner, { albums: { add: ['A'] }, rating: 5 }, true, { behind });
      expect(viewPhoto('', told, { here: false })).toMatchObject({ albums: ['A'], rating: 5 });
      expect(left(told)).toMatchObject({ albums: [], rating: 2 });
    });

    it('until they set it directly', () => {
      const renamed = say(entered(guest), owner, rename, true);
      const again = say(renamed, owner, { albums: { add: ['B'] } }, true);
      expect(left(again)).toMatchObject({ albums: ['B'] });
      expect(say(again, owner, { albums: { add: ['B'] } }, true)).toBe(again);
    });
  });

  it('names the people in a photo', () => {
    const told = say(say(photo(sighting(guest)), 'person:OWNER', { title: 'x' }), 'token:t', { rating: 1 });
    expect(peopleIn(told)).toEqual([guest, 'person:OWNER']);
  });

  it('assigns a photo to one side: the owner’s, if anybody who may share added it', () => {
    expect(sideOf(photo(), mayShare)).toBe(null);
    expect(sideOf(photo({}), mayShare)).toBe(null);
    expect(sideOf(photo({ ...sighting(guest), ...sighting('person:OWNER', 'b', 2) }), mayShare)).toBe(null);
    expect(sideOf(photo({ ...sighting('person:B', 'b', 2), ...sighting(guest) }), mayShare)).toBe(guest);
    expect(sideOf(photo(sighting('token:t')), mayShare)).toBe('token:t s');
  });
});
