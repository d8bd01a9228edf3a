/**
 * Documents of offers: a giver offers some of their items to one person, or to the house (docs/people.md). The list of
 * items never changes; the grant set contains the recipient; the recipient records what they accepted in the giver's
 * document. Pure; accepts any body, even forged ones.
 */
import { readGrants, type Give } from './grants.js';
import { entriesOf, isObject, own, textOf } from './json-values.js';
import { isSet } from './overruled-registers.js';
import { format, type Body } from './photo-document.js';

/** The prefix of the ids of all offers. */
export const offerPrefix = 'offer:';

/** The maximum number of items in one offer: such a list leaves half of the document for the rest. */
export const mostOffered = 2_000;

/** The content of an offer document. */
export interface OfferContent {
  /** When it was made, UTC. */
  added: string;
  /** The public ids of its items. */
  items: readonly string[];
  /** Its gives, the earliest first: the giver makes one; a foreign program may have added others. */
  gives: readonly Give[];
  /** The authors of its ends. */
  endedBy: string[];
  /** The items that the recipient saved, on any server; undefined if they did not accept. */
  taken: ReadonlySet<string> | undefined;
  /** Whether the giver is done with it: it is no longer listed. */
  isDone: boolean;
}

/** The body of a new offer, still without its grant. */
export const newOffer = (added: string, items: readonly string[]): Body => ({ format, kind: 'offer', added, items });

const isPublicId = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

/** The public ids of the items in an offer; empty if the document can’t be read. */
export function offeredIn(body: object | undefined): string[] {
  const items = own(body, 'items');
  return own(body, 'kind') === 'offer' && Array.isArray(items) ? items.slice(0, mostOffered).filter(isPublicId) : [];
}

/** The content of an offer; undefined if the body is not one. */
export function readOffer(body: object | undefined): OfferContent | undefined {
  if (own(body, 'kind') !== 'offer') return undefined;
  const items = offeredIn(body);
  const stampIn = ({ key }: Give): string => key.slice(key.lastIndexOf(' ') + 1);
  const gives = readGrants(body).gives.filter(({ what }) => what === 'take');
  return {
    added: textOf(own(body, 'added')),
    items,
    gives: gives.sort((a, b) => (stampIn(a) < stampIn(b) ? -1 : 1)),
    endedBy: entriesOf(own(body, 'ends')).map(([, entry]) => textOf(own(entry, 'by'))),
    taken: takenIn(body, items),
    isDone: isSet(body, 'done'),
  };
}

/** The items that were saved: if several servers recorded an acceptance, their union. */
function takenIn(body: object | undefined, items: readonly string[]): Set<string> | undefined {
  const accepted = entriesOf(own(body, 'accepted')).filter(([, entry]) => isObject(entry));
  if (accepted.length === 0) return undefined;
  const taken = new Set<string>();
  for (const [, entry] of accepted) {
    const without = new Set(numbersIn(own(entry, 'without')));
    for (const [n, id] of items.entries()) if (!without.has(n)) taken.add(id);
  }
  return taken;
}

const numbersIn = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** Records an acceptance. `taken`: the items that the recipient now holds. The others are listed by their index. */
export function withAcceptance(body: Body, taken: ReadonlySet<string>, { at, by }: { at: string; by: string }): Body {
  const before = own(body, 'accepted');
  const without = offeredIn(body).flatMap((id, n) => (taken.has(id) ? [] : [n]));
  return { ...body, accepted: { ...(isObject(before) && before), [at]: { at, by, without } } };
}
