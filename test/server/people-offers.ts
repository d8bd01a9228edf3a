/**
 * Offers in a mesh of people's libraries (people-mesh.ts): made, accepted, declined, withdrawn and followed by moving
 * the giver's photos to the trash, on different servers, all through the routes; and the responses of the routes about
 * them, compared with the naive model.
 */
import { house, itemId, offerId, publicIdOf, type Item } from '../../src/document/item-id.js';
import type { Body, PhotoDocument } from '../../src/document/photo-document.js';
import {
  flag,
  isGuests,
  isLocked,
  isMember,
  isOpenTo,
  itemsIn,
  offersAt,
  truth,
  wasLocked,
  type Looker,
} from '../access/people-truth.js';
import { items, people, type Act, type Heard } from '../access/people-world.js';
import { count } from '../simulation/home.js';
import { ask, type Mesh, type Place } from './people-places.js';
import { askerFor, marked, markOf, type Asker, type Check } from './people-asking.js';

type Person = Looker & { person: string };

/** The expected view of an offer for a viewer at a server. */
interface Seen {
  offer: string;
  giver: string;
  to: string;
  state: 'open' | 'accepted' | 'declined' | 'withdrawn' | 'ended';
  isOpen: boolean;
  isGiver: boolean;
  isRecipient: boolean;
  isDone: boolean;
  /** Its photos. */
  ids: string[];
  /** The saved ones, once there are any. */
  taken?: string[];
}

const actsOf = (server: Heard, offer: string, kind: Act['kind']): Act[] =>
  [...(server.known.get(offerId(offer)) ?? [])].filter((act) => act.kind === kind);

const actsFor = (server: Heard, { person, actsForHouse }: Person, holder: string): boolean =>
  holder === house ? actsForHouse === true : holder === person && isMember(server, person);

/** What a viewer sees of an offer; undefined if it does not exist for them. */
function seenBy(server: Heard, looker: Person, offer: string): Seen | undefined {
  const giver = offer.split(':')[0]!;
  const to = actsOf(server, offer, 'give')[0]?.to?.replace(/^person:/, '');
  if (to === undefined) return undefined;
  const isOpen = isOpenTo(server, offer, to);
  const accepted = actsOf(server, offer, 'accepted');
  const taken = accepted.length > 0 ? [...new Set(accepted.flatMap((one) => one.items ?? []))] : undefined;
  const isGiver = actsFor(server, looker, giver);
  const isRecipient = actsFor(server, looker, to) && (isOpen || taken !== undefined);
  if (!isGiver && !isRecipient) return undefined;
  const ends = actsOf(server, offer, 'end');
  // For one of the house, anyone other than the other side acted for it.
  const declines = ({ by }: Act): boolean => (to === house ? by !== `person:${giver}` : by === `person:${to}`);
  const closed = ends.length === 0 ? 'ended' : ends.some(declines) ? 'declined' : 'withdrawn';
  return {
    ...{ offer, giver, to, isOpen, isGiver, isRecipient, ids: itemsIn(server, offer), ...(taken && { taken }) },
    state: taken ? 'accepted' : isOpen ? 'open' : closed,
    isDone: actsOf(server, offer, 'done').length > 0,
  };
}

const itemOfId = (id: string): Item | undefined => items.find((item) => publicIdOf(item) === id);
const isHere = (server: Heard, item: Item): boolean => server.documents.has(itemId(item));

/** The items of an offer that its recipient could save now. */
function open(server: Heard, { isOpen, giver, to, ids }: Seen): Item[] {
  const looker = to === house ? { actsForHouse: true } : { person: to };
  if (!isOpen) return [];
  return ids.flatMap((id) => {
    const item = itemOfId(id);
    const isSeen = item?.holder === giver && isHere(server, item) && truth(server, looker, item);
    return isSeen && !wasLocked(server, item) && !flag(server, itemId(item), 'trashed') ? [item] : [];
  });
}

/** Whether a holder has an item with these bytes, outside the trash, and not from a guest. */
function holdsNow(server: Heard, holder: string, sha256: string): boolean {
  const item = items.find((one) => one.holder === holder && one.sha256 === sha256);
  return (
    item !== undefined && isHere(server, item) && !flag(server, itemId(item), 'trashed') && !isGuests(server, item)
  );
}

function movable(server: Heard, { giver, to, taken = [] }: Seen): string[] {
  if (to !== house && !isMember(server, to)) return [];
  return taken.filter((id) => {
    const item = itemOfId(id);
    if (item?.holder !== giver || !isHere(server, item) || isLocked(server, item)) return false;
    return !flag(server, itemId(item), 'trashed') && holdsNow(server, to, item.sha256);
  });
}

const at = (offer: string): string => `/api/offers/${offer.replace(':', '/')}`;
/** The model only knows copies of items that several holders have. */
const isShared = ({ sha256 }: Item): boolean => /^[af]+$/.test(sha256);

/** Offers photos of a person, or of the house. */
export async function makeOffer(mesh: Mesh, place: Place, asker: Asker): Promise<void> {
  const { dice } = mesh;
  const { person, actsForHouse } = asker.looker!;
  const from = actsForHouse && dice.chance(0.5) ? house : person;
  const to = dice.pick([...people, house].filter((one) => one !== from));
  const some = items.filter(
    (item) => isShared(item) && (dice.chance(0.1) || item.holder === from) && dice.chance(0.85),
  );
  if (some.length === 0) return;
  const sent = { to, ids: some.map(publicIdOf), ...(from === house && { from }) };
  const isGood = (item: Item): boolean =>
    item.holder === from &&
    isHere(place, item) &&
    asker.sees(place, item) &&
    !wasLocked(place, item) &&
    !isGuests(place, item) &&
    !flag(place, itemId(item), 'trashed');
  const good = some.filter(isGood);
  const may = actsFor(place, asker.looker!, from) && (to === house || isMember(place, to));
  const { status, body, crashed } = await ask(mesh, place, asker, ['POST', '/api/offers', sent]);
  if (crashed) return;
  if ((status === 201) !== may) throw new Error(`${asker.name} offers to ${to}: ${status} ${body}`);
  if (!may) return;
  const { offers } = JSON.parse(body) as { offers: { offer: string; photos: number }[] };
  if (offers.reduce((sum, { photos }) => sum + photos, 0) !== good.length)
    throw new Error(`${asker.name} offers ${good.map(markOf).join()}: ${body}`);
  count(mesh, 'offers made', offers.length);
}

/**
 * An accepted photo has the words of its source: it gets those of its own item, so that a trace of it is found again.
 * It must not have those of a third one.
 */
function markCopies({ home: { library } }: Place, offer: Seen, before: ReadonlySet<Item>): void {
  for (const item of items) {
    const found = before.has(item) ? undefined : library.get<PhotoDocument>(itemId(item));
    if (!found) continue;
    const source = items.find(({ holder, sha256 }) => holder === offer.giver && sha256 === item.sha256)!;
    const text = JSON.stringify(found.body);
    const foreign = items.find((one) => one !== source && one !== item && text.includes(markOf(one)));
    if (foreign) throw new Error(`the copy of ${markOf(source)} tells of ${markOf(foreign)}`);
    const body = JSON.parse(text.replaceAll(markOf(source), markOf(item))) as PhotoDocument;
    library.update(itemId(item), () => marked(item, body) as unknown as Body);
  }
}

/** Accepts, ends, or moves the giver's photos to the trash: mostly for an offer of that person. */
export async function answerOffer(mesh: Mesh, place: Place, anybody: Asker): Promise<void> {
  const { dice } = mesh;
  const all = offersAt(place).filter(
    (offer) => place.documents.has(offerId(offer)) && mesh.tracked.has(offerId(offer)),
  );
  if (all.length === 0) return;
  const open = all.filter((offer) => [...people, house].some((to) => isOpenTo(place, offer, to)));
  const offer = dice.pick(open.length > 0 && dice.chance(0.7) ? open : all);
  const sides = [offer.split(':')[0]!, actsOf(place, offer, 'give')[0]?.to?.replace(/^person:/, '') ?? house];
  const side = dice.pick(sides);
  const asker = dice.chance(0.1) ? anybody : askerFor(side);
  const seen = seenBy(place, asker.looker!, offer);
  const how = dice.pick(
    side === sides[1] ? (['accept', 'accept', 'accept', 'end'] as const) : (['trash', 'trash', 'end'] as const),
  );
  if (how === 'accept') await accept(mesh, place, asker, offer, seen);
  else await close(mesh, place, asker, offer, how);
}

/** Ends an offer, or moves its saved photos to the trash. */
async function close(mesh: Mesh, place: Place, asker: Asker, offer: string, how: 'end' | 'trash'): Promise<void> {
  const seen = seenBy(place, asker.looker!, offer);
  const may = seen !== undefined && (how === 'end' || (seen.isGiver && seen.taken !== undefined));
  const wanted = seen && movable(place, seen);
  const { status, body, crashed } = await ask(
    ...([mesh, place, asker] as const),
    how === 'end' ? ['DELETE', at(offer)] : ['POST', `${at(offer)}/trash`],
  );
  if (crashed) return;
  if ((status === 200) !== may) throw new Error(`${asker.name}, ${how} of ${offer}: ${status} ${body}`);
  if (!may) return;
  if (how === 'trash' && (JSON.parse(body) as { changed: number }).changed !== wanted!.length)
    throw new Error(`${asker.name} moves ${wanted!.length} to the trash: ${body}`);
  if (how === 'end' && isOpenTo(place, offer, seen.to)) throw new Error(`${offer} is still open`);
  count(mesh, how === 'end' ? 'offers ended' : 'photos moved after an offer', wanted!.length || 1);
}

async function accept(mesh: Mesh, place: Place, asker: Asker, offer: string, seen: Seen | undefined): Promise<void> {
  const takes = seen?.isRecipient ? open(place, seen) : [];
  const before = new Set(items.filter((item) => isHere(place, item)));
  const theirs = (item: Item): Item => items.find((one) => one.holder === seen!.to && one.sha256 === item.sha256)!;
  const isNew = (item: Item): boolean => !before.has(item) || flag(place, itemId(item), 'trashed');
  const fresh = takes.map(theirs).filter(isNew);
  const missing = (seen?.ids ?? []).filter((id) => !isHere(place, itemOfId(id)!)).length;
  const wasOpen = seen?.isOpen === true;
  const { status, body, crashed } = await ask(mesh, place, asker, ['POST', `${at(offer)}/accept`], () => {
    if (seen) markCopies(place, seen, before);
  });
  if (crashed) return;
  const wanted = seen === undefined ? 404 : seen.isRecipient ? 200 : 403;
  if (status !== wanted) throw new Error(`${asker.name} accepts ${offer}: ${status} ${body}`);
  if (status !== 200) return;
  const told = JSON.parse(body) as { saved: number; known: number; missing: number };
  const expected = wasOpen
    ? { saved: fresh.length, known: takes.length - fresh.length, missing }
    : { saved: 0, known: seen!.taken?.length ?? 0, missing: 0 };
  if (JSON.stringify(told) !== JSON.stringify(expected))
    throw new Error(`${asker.name} accepts ${offer}: ${body} for ${JSON.stringify(expected)}`);
  const lost = takes.map(theirs).find((item) => !isHere(place, item));
  if (lost) throw new Error(`${markOf(lost)} was accepted, and is not there`);
  const isPart = takes.length > 0 && takes.length < seen!.ids.length;
  if (takes.length > 0) count(mesh, isPart ? 'offers accepted in part' : 'offers accepted');
}

/** The offers with saved photos whose givers are not done with them. */
export const takenAt = (place: Place): string[] =>
  offersAt(place).filter((offer) => {
    const [taken, done] = (['accepted', 'done'] as const).map((kind) => actsOf(place, offer, kind).length);
    return place.documents.has(offerId(offer)) && taken! > 0 && done === 0;
  });

/** The recipient of an offer no longer holds some of it; then its giver moves to the trash those still held. */
export async function giveUp(mesh: Mesh, place: Place, offer: string): Promise<void> {
  const giver = askerFor(offer.split(':')[0]!);
  const seen = seenBy(place, giver.looker!, offer);
  if (!seen) return;
  const bytes = new Set(seen.taken?.flatMap((id) => itemOfId(id)?.sha256 ?? []));
  const copies = items.filter((item) => item.holder === seen.to && bytes.has(item.sha256) && isHere(place, item));
  for (const copy of copies.filter(() => mesh.dice.chance(0.6))) {
    const asked = ['PATCH', `/api/photos/${publicIdOf(copy)}`, { trashed: true }] as const;
    const { did } = await ask(mesh, place, askerFor(seen.to), [...asked]);
    if (did.length > 0) count(mesh, 'photos of an offer given up');
  }
  await close(mesh, place, giver, offer, 'trash');
}

/** The offers visible to a viewer. */
export function offerChecks({ asked, forged }: Mesh, place: Place, { name, looker }: Asker): Check[] {
  if (!looker) return [];
  const get = async (url: string): Promise<{ statusCode: number; body: string }> => {
    asked.answers++;
    return place.home.app.inject({ url, headers: { authorization: `Bearer ${name}` } });
  };
  const same = (what: string, found: string[], wanted: string[]): void => {
    const [one, other] = [found, wanted].map((list) => JSON.stringify(list.sort()));
    if (one !== other) throw new Error(`${name}: ${what}: ${one!} for ${other!}`);
  };
  const all = offersAt(place).filter((offer) => place.documents.has(offerId(offer)));
  const seen = all.flatMap((offer) => seenBy(place, looker, offer) ?? []);
  interface Told {
    giver: string;
    offer: string;
    to: string;
    state: string;
    photos: number;
    taken?: number;
  }
  // If a hostile server omitted the ends, it is no longer known who closed an offer; it is still closed.
  const stateIn = (offer: string, state: string): string =>
    forged.has(offerId(offer)) && /^(?:declined|withdrawn|ended)$/.test(state) ? 'closed' : state;
  const text = ({ giver, offer, to, state, photos, taken }: Told): string =>
    `${giver}:${offer} ${to} ${stateIn(`${giver}:${offer}`, state)} ${photos} ${taken ?? ''}`;
  const ofGiver = ({ offer, to, state, ids, taken }: Seen): string =>
    `${offer} ${to} ${stateIn(offer, state)} ${ids.length} ${taken?.length ?? ''}`;
  const ofRecipient = (one: Seen): string => `${one.offer} ${one.to} ${one.state} ${open(place, one).length} `;
  return [
    async () => {
      const { body } = await get('/api/offers');
      const { given, received } = JSON.parse(body) as { given: Told[]; received: Told[] };
      same('offers given', given.map(text), seen.filter((one) => one.isGiver && !one.isDone).map(ofGiver));
      same('offers received', received.map(text), seen.filter((one) => one.isRecipient && one.isOpen).map(ofRecipient));
    },
    ...all.map((offer): Check => async () => {
      const { statusCode, body } = await get(at(offer));
      const one = seen.find((other) => other.offer === offer);
      if (statusCode !== (one ? 200 : 404)) throw new Error(`${name}: ${offer}: ${statusCode} ${body}`);
      if (!one) {
        const none = await get(at(`${offer.split(':')[0]!}:${'7'.repeat(26)}`));
        if (body !== none.body) throw new Error(`${name}: ${offer} is told from what does not exist: ${body}`);
        return;
      }
      const told = JSON.parse(body) as { ids: string[]; movable?: string[] };
      same(`photos of ${offer}`, told.ids, one.isGiver ? one.ids : open(place, one).map(publicIdOf));
      same(`movable of ${offer}`, told.movable ?? [], one.isGiver && one.taken ? movable(place, one) : []);
    }),
  ];
}
