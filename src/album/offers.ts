/**
 * Offers: a person, or the house, offers photos to a person or to the house. The recipient saves them as their own
 * items; the giver’s stay until the giver moves them to the trash, so in any race both keep a photo rather than neither
 * (docs/people.md). A clip and a RAW are offered, and go to the trash, with their photo. A large offer becomes several
 * of at most 2,000 photos, since a document has a maximum size. Each step is a transaction: after a crash, accepting or
 * moving again completes it.
 */
import { monotonicFactory } from 'ulid';
import { readItem, type ItemClaims } from '../access/item-access.js';
import { itemAccess } from '../access/library-access.js';
import { authorOf, mayChange, mayOn, type Viewer } from '../access/permissions.js';
import { actsFor } from '../access/sharing-rights.js';
import { yieldToEventLoop } from '../base/async/yield.js';
import { notFound, PhotospoolError } from '../base/errors.js';
import type { Catalog } from '../catalog/catalog.js';
import { applyChange } from '../document/edits.js';
import { isKnown, noGrants, withEnd, withGive, type Give } from '../document/grants.js';
import {
  authorOfHolder,
  house,
  isPerson,
  itemId,
  offerId,
  offerNamed,
  peopleId,
  type Holder,
  type Item,
} from '../document/item-id.js';
import { mostOffered, newOffer, readOffer, withAcceptance, type OfferContent } from '../document/offer-document.js';
import { withRegisters } from '../document/overruled-registers.js';
import type { Body, PhotoDocument } from '../document/photo-document.js';
import type { Library } from '../library/library.js';
import { demandPeopleLibraries } from '../library/people-libraries.js';
import { inSight } from './edit-photos.js';
import { findPhotos, readPhotos, visibleTo, type StoredPhoto } from './find-photos.js';
import type { MemberAlbumParts } from './member-albums.js';
import { saveOne } from './save-photos.js';
import { filesOfShot } from './stack-members.js';

/** The state of an offer. `ended`: its giver or recipient was removed. */
export type OfferState = 'open' | 'accepted' | 'declined' | 'withdrawn' | 'ended';

/** An offer as its giver or recipient sees it. */
export interface Offer {
  /** `<giver>:<ulid>`. */
  offer: string;
  giver: Holder;
  to: Holder;
  /** When it was made, UTC. */
  made: string;
  state: OfferState;
  /** The number of its photos: for its giver all, for its recipient the visible ones. */
  photos: number;
  /** The number of photos that the recipient saved; for its giver, once it was accepted. */
  taken?: number;
}

/** An offer with its photos. */
export interface OfferDetails extends Offer {
  /** The public ids of its photos: for its giver all, for its recipient the visible ones. */
  ids: string[];
  /** For its giver: the photos that can be moved to the trash, since the recipient holds them now. */
  movable?: string[];
}

/** The result of making an offer: the offers, several if it is large, and the photos that are not in any. */
export interface OffersMade {
  offers: Offer[];
  /** Photos that do not exist for the viewer. */
  missing: string[];
  /** Photos of others, in the trash, locked now or before, and of guests. */
  refused: string[];
}

/**
 * The result of accepting: photos added, photos already in the library, and photos of the offer that have not arrived
 * at this server yet.
 */
export interface OfferAccepted {
  saved: number;
  known: number;
  missing: number;
}

/**
 * The offers. All methods throw `conflict` while people have no libraries here, and `not-found` for an offer that does
 * not exist for the viewer, who neither made it nor may accept it.
 */
export interface Offers {
  /**
   * The offers made by the viewer and those made to the viewer, the newest first; for owners, also those of the house.
   */
  list(viewer: Viewer): Promise<{ given: Offer[]; received: Offer[] }>;
  find(viewer: Viewer, offer: string): OfferDetails;
  /**
   * Offers photos of `from` to another holder. @throws PhotospoolError `forbidden` if the viewer does not act for
   * `from`; `not-found` if there is no such recipient; `conflict` if too many are open.
   */
  make(viewer: Viewer, from: Holder, to: Holder, ids: readonly string[]): OffersMade;
  /** Saves its photos to the recipient’s library, each with its audience. */
  accept(viewer: Viewer, offer: string): Promise<OfferAccepted>;
  /**
   * Withdraws an offer, as its giver, or declines it, as its recipient; an accepted one is no longer listed for its
   * giver. False if it had ended already.
   */
  end(viewer: Viewer, offer: string): boolean;
  /**
   * Moves those photos of the giver to the trash that the recipient saved and still holds. @throws PhotospoolError
   * `conflict` if it was not accepted.
   */
  moveToTrash(viewer: Viewer, offer: string): Promise<{ changed: number }>;
}

/** The maximum number of open offers of a holder. */
const mostOpen = 500;
const batch = 100;

/** The dependencies. */
export interface OfferParts extends MemberAlbumParts {
  catalog: Pick<Catalog, 'clipOf' | 'stackOf'>;
}

/** Opens the offers; nothing needs to be closed. */
export function openOffers(parts: OfferParts): Offers {
  const core = openCore(parts);
  return { ...openReading(core), ...openMaking(core), ...openTaking(core) };
}

type Core = ReturnType<typeof openCore>;

/** An offer, and the viewer's sides of it. */
interface Found extends OfferContent {
  offer: string;
  giver: Holder;
  to: Holder;
  state: OfferState;
  isOpen: boolean;
  isGiver: boolean;
  isRecipient: boolean;
}

function openCore({ library, catalog, clock, gate }: OfferParts) {
  const { controls } = library;
  const acts = (viewer: Viewer, holder: Holder): boolean => actsFor(viewer, holder, { access: itemAccess(library) });

  /**
   * The recipient of an offer. A foreign program may have added gives, which are invalid: of several the open one
   * counts, otherwise the first that its giver made and whose `saw` is known here.
   */
  function recipientOf(offer: string, giver: Holder, { gives }: OfferContent): Holder | undefined {
    const holderIn = ({ to }: Give): Holder => (to === house ? house : to.replace(/^person:/, ''));
    const named = gives.filter((give) => holderIn(give) === house || isPerson(holderIn(give)));
    const set = controls.find(offerId(offer)) ?? noGrants;
    const isGivers = ({ by, saw }: Give): boolean =>
      (giver === house || by === authorOfHolder(giver)) && isKnown(saw, set, controls);
    const found =
      named.find((give) => itemAccess(library).isOpen(offer, holderIn(give))) ?? named.find(isGivers) ?? named[0];
    return found && holderIn(found);
  }

  /** An offer, if it exists for the viewer. */
  function look(viewer: Viewer, offer: string): Found | undefined {
    const giver = offerNamed(offer)?.holder;
    const content = readOffer(library.get(offerId(offer))?.body);
    const to = giver === undefined || !content ? undefined : recipientOf(offer, giver, content);
    if (giver === undefined || !content || to === undefined) return undefined;
    const isOpen = itemAccess(library).isOpen(offer, to);
    const isGiver = acts(viewer, giver);
    // An offer that was withdrawn or declined no longer exists for its recipient.
    const isRecipient = acts(viewer, to) && (isOpen || content.taken !== undefined);
    if (!isGiver && !isRecipient) return undefined;
    return { ...content, offer, giver, to, isOpen, isGiver, isRecipient, state: stateOf(content, giver, to, isOpen) };
  }

  function need(viewer: Viewer, offer: string): Found {
    const found = look(viewer, offer);
    if (found) return found;
    throw notFound('This offer doesn’t exist.');
  }

  /** Changes the document of an offer. */
  function write(viewer: Viewer, offer: string, change: (body: Body, at: string, by: string) => Body): void {
    library.update(offerId(offer), (body) => body && change(body, library.stampAfter(body), authorOf(viewer)));
  }

  const claimsOf = ({ item, body, document }: StoredPhoto): ItemClaims | undefined =>
    readItem(item, body as unknown as Body, controls.endsOf(document));

  /** A photo, followed by the other files of its shot with the same holder. */
  function withShot(photo: StoredPhoto): [StoredPhoto, ...StoredPhoto[]] {
    const others = readPhotos(library, filesOfShot(catalog, photo.id));
    return [photo, ...others.filter(({ item }) => item.holder === photo.item.holder)];
  }

  return { library, clock, gate, acts, look, need, write, claimsOf, withShot };
}

function stateOf({ taken, endedBy }: OfferContent, giver: Holder, to: Holder, isOpen: boolean): OfferState {
  if (taken) return 'accepted';
  if (isOpen) return 'open';
  if (endedBy.length === 0) return 'ended';
  // One of the two sides is a person: anyone else who ended it acted for the house.
  const declines = (by: string): boolean => (to === house ? by !== authorOfHolder(giver) : by === authorOfHolder(to));
  return endedBy.some(declines) ? 'declined' : 'withdrawn';
}

const view = ({ offer, giver, to, added, state, items, taken, isGiver }: Found, seen: number): Offer => ({
  ...{ offer, giver, to, made: added, state },
  photos: isGiver ? items.length : seen,
  ...(isGiver && taken && { taken: taken.size }),
});

/** The photos of an open offer that its recipient may save, among `ids`. */
function takeable({ library, claimsOf }: Core, { isOpen, giver, to }: Found, ids: readonly string[]): StoredPhoto[] {
  const access = itemAccess(library);
  // Viewers who act for the house see more photos of the giver than those in the offer.
  const onlooker =
    to === house ? ({ kind: 'house' } as const) : ({ kind: 'person', person: to, actsForHouse: false } as const);
  if (!isOpen) return [];
  return readPhotos(library, ids).filter((photo) => {
    const claims = claimsOf(photo);
    return photo.item.holder === giver && claims?.wasLocked === false && access.maySee(onlooker, claims);
  });
}

function openReading(core: Core): Pick<Offers, 'list' | 'find'> {
  const { library, gate, look, need } = core;
  const seen = (found: Found): string[] => takeable(core, found, found.items).map(({ id }) => id);

  return {
    async list(viewer) {
      demandPeopleLibraries(gate);
      const all = { given: [] as Offer[], received: [] as Offer[] };
      for (const offer of [...library.controls.offers()].sort(newest)) {
        const found = look(viewer, offer);
        if (!found) continue;
        if (found.isGiver && !found.isDone) all.given.push(view(found, 0));
        if (!found.isRecipient || !found.isOpen) continue;
        await yieldToEventLoop();
        all.received.push(view({ ...found, isGiver: false }, seen(found).length));
      }
      return all;
    },
    find(viewer, offer) {
      demandPeopleLibraries(gate);
      const found = need(viewer, offer);
      const ids = found.isGiver ? [...found.items] : seen(found);
      const movable = found.isGiver && found.taken && movableOf(core, viewer, found, [...found.taken]);
      return { ...view(found, ids.length), ids, ...(movable && { movable: movable.map(({ id }) => id) }) };
    },
  };
}

/** By their ULIDs, the newest first. */
const newest = (a: string, b: string): number => (a.slice(-26) < b.slice(-26) ? 1 : -1);

function openMaking(core: Core): Pick<Offers, 'make' | 'end'> {
  const { library, clock, gate, acts, need, write, claimsOf, withShot } = core;
  const nextId = monotonicFactory();

  function check(viewer: Viewer, from: Holder, to: Holder): void {
    demandPeopleLibraries(gate);
    const access = itemAccess(library);
    if (!acts(viewer, from)) throw new PhotospoolError('forbidden', 'You can offer only your own photos.');
    if (from === to || (to !== house && !access.isMember(to))) throw notFound('This person doesn’t exist.');
    const isOpen = (offer: string): boolean => {
      const { giver, to: recipient } = core.look(viewer, offer) ?? {};
      return giver === from && recipient !== undefined && access.isOpen(offer, recipient);
    };
    if (library.controls.offers().filter(isOpen).length >= mostOpen)
      throw new PhotospoolError('conflict', `There can be at most ${mostOpen} open offers.`, {
        hint: 'Withdraw one first.',
      });
  }

  function makeOne(viewer: Viewer, from: Holder, to: Holder, items: readonly string[]): Offer {
    const offer = `${from}:${nextId(clock.now())}`;
    const recipient = to === house ? house : `person:${to}`;
    const sees = { [peopleId]: library.controls.find(peopleId) ?? noGrants };
    library.update(offerId(offer), (body) =>
      withGive(
        body ?? newOffer(new Date(clock.now()).toISOString(), items),
        { to: recipient, what: 'take' },
        { at: library.stampAfter(body), by: authorOf(viewer) },
        sees,
      ),
    );
    return view(need(viewer, offer), 0);
  }

  return {
    make: (viewer, from, to, ids) =>
      library.transaction(() => {
        check(viewer, from, to);
        const wanted = [...new Set(ids)];
        const photos = visibleTo(library, viewer, readPhotos(library, wanted));
        const known = new Set(photos.map(({ id }) => id));
        const isGood = (photo: StoredPhoto): boolean => {
          const claims = claimsOf(photo);
          return photo.item.holder === from && !!claims && !claims.trashed && !claims.wasLocked && !claims.guest;
        };
        const good = photos.filter(isGood);
        const shots = good.map((photo) =>
          withShot(photo)
            .filter(isGood)
            .map(({ id }) => id),
        );
        return {
          offers: inOffers(shots).map((part) => makeOne(viewer, from, to, part)),
          missing: wanted.filter((id) => !known.has(id)),
          refused: photos.filter((photo) => !good.includes(photo)).map(({ id }) => id),
        };
      }),
    end: (viewer, offer) =>
      library.transaction(() => {
        demandPeopleLibraries(gate);
        const { isOpen, isGiver, isDone, to } = need(viewer, offer);
        const recipient = to === house ? house : `person:${to}`;
        if (isOpen) write(viewer, offer, (body, at, by) => withEnd(body, recipient, { at, by }));
        const isTidied = isGiver && !isDone;
        if (isTidied) write(viewer, offer, (body, at, by) => withRegisters(body, { done: { value: true, at, by } }));
        return isOpen || isTidied;
      }),
  };
}

/** The items of each offer: of shots that are offered together, the photos first. */
function inOffers(shots: readonly (readonly string[])[]): string[][] {
  const parts: (readonly string[])[][] = [];
  let size = mostOffered;
  for (const shot of shots) {
    if (size + shot.length > mostOffered) [size] = [0, parts.push([])];
    parts.at(-1)!.push(shot);
    size += shot.length;
  }
  return parts.map((part) => [...new Set([...part.flatMap(([photo]) => photo ?? []), ...part.flat()])]);
}

function openTaking(core: Core): Pick<Offers, 'accept' | 'moveToTrash'> {
  const { library, clock, gate, need, look, write, withShot } = core;

  /** Saves a part of an offer; false once it is no longer open. */
  function take(
    viewer: Viewer,
    offer: string,
    ids: readonly string[],
    total: OfferAccepted,
    taken: Set<string>,
  ): boolean {
    return library.transaction(() => {
      demandPeopleLibraries(gate);
      const found = look(viewer, offer);
      if (!found?.isRecipient || !found.isOpen) return false;
      const open = takeable(core, found, ids).map(({ id }) => id);
      for (const photo of findPhotos(library, viewer, open)) {
        const target: Item = { holder: found.to, sha256: photo.item.sha256 };
        const isNew = saveOne(library, viewer, photo, target, clock.now(), photo.audience);
        total[isNew ? 'saved' : 'known']++;
        if (holdsNow(core, target)) taken.add(photo.id);
      }
      return true;
    });
  }

  return {
    async accept(viewer, offer) {
      demandPeopleLibraries(gate);
      const { items, isOpen, isRecipient, taken: before } = need(viewer, offer);
      if (!isRecipient) throw new PhotospoolError('forbidden', 'Only the recipient can accept this offer.');
      if (!isOpen) return { saved: 0, known: before?.size ?? 0, missing: 0 };
      const total: OfferAccepted = { saved: 0, known: 0, missing: 0 };
      const taken = new Set<string>();
      for (let at = 0; at < items.length; at += batch) {
        await yieldToEventLoop();
        if (!take(viewer, offer, items.slice(at, at + batch), total, taken)) break;
      }
      if (taken.size > 0) library.transaction(() => conclude(core, viewer, offer, taken));
      return { ...total, missing: onTheirWay(library, items) };
    },
    async moveToTrash(viewer, offer) {
      demandPeopleLibraries(gate);
      const { isGiver, taken } = need(viewer, offer);
      if (!isGiver) throw new PhotospoolError('forbidden', 'Only the person who made this offer can do this.');
      if (!taken) throw new PhotospoolError('conflict', 'This offer hasn’t been accepted yet.');
      let changed = 0;
      const ids = [...taken];
      for (let at = 0; at < ids.length; at += batch) {
        await yieldToEventLoop();
        changed += library.transaction(() => {
          const found = need(viewer, offer);
          const movable = movableOf(core, viewer, found, ids.slice(at, at + batch));
          return movable.flatMap(withShot).filter((photo) => trash(library, viewer, photo)).length;
        });
      }
      write(viewer, offer, (body, at, by) => withRegisters(body, { done: { value: true, at, by } }));
      return { changed };
    },
  };
}

/** The number of items that are not here yet, or purged. */
const onTheirWay = (library: Library, ids: readonly string[]): number =>
  ids.filter((id) => library.items.find(id) === undefined).length;

/** Records the saved photos, and closes the offer unless some of its photos have not arrived at this server yet. */
function conclude({ library, look, write }: Core, viewer: Viewer, offer: string, taken: ReadonlySet<string>): void {
  const found = look(viewer, offer);
  if (!found) return;
  const isNew = [...taken].some((id) => found.taken?.has(id) !== true);
  const isOnItsWay = onTheirWay(library, found.items) > 0;
  const { isOpen, to } = found;
  if (!isNew && (isOnItsWay || !isOpen)) return;
  const recipient = to === house ? house : `person:${to}`;
  write(viewer, offer, (before, at, by) => {
    const recorded = isNew ? withAcceptance(before, taken, { at, by }) : before;
    return isOnItsWay || !isOpen ? recorded : withEnd(recorded, recipient, { at, by });
  });
}

/** Whether a holder holds an item: it is neither in the trash nor waiting to be accepted from a guest. */
function holdsNow({ library, claimsOf }: Core, item: Item): boolean {
  const document = itemId(item);
  const body = library.get<PhotoDocument>(document)?.body;
  const claims = body && claimsOf({ id: '', document, item, body });
  return claims !== undefined && !claims.trashed && !claims.guest;
}

/**
 * The photos among `ids` that the giver may move to the trash, since the recipient saved them and holds them with all
 * files of their shots that go to the trash with them.
 */
function movableOf(core: Core, viewer: Viewer, { giver, to, taken }: Found, ids: readonly string[]): StoredPhoto[] {
  const { library, claimsOf, withShot } = core;
  // The items of a removed person are hidden from everyone.
  if (!mayChange(viewer, 'trashed', giver) || (to !== house && !itemAccess(library).isMember(to))) return [];
  return readPhotos(library, ids).filter((photo) => {
    if (photo.item.holder !== giver || taken?.has(photo.id) !== true) return false;
    const claims = claimsOf(photo);
    // Locked photos are never reported.
    if (claims?.trashed !== false || claims.locked) return false;
    return withShot(photo).every(({ item }) => holdsNow(core, { holder: to, sha256: item.sha256 }));
  });
}

function trash(library: Library, viewer: Viewer, { document, item }: StoredPhoto): boolean {
  const written = library.update<PhotoDocument>(document, (body) => {
    if (!body) return undefined;
    const confirms = mayOn(viewer, 'share', item.holder);
    const signature = { ...library.sign(body), by: authorOf(viewer), confirms };
    return inSight(library, item, applyChange(body, { trashed: true }, signature), signature);
  });
  return written?.changed === true;
}
