/**
 * The part of a public server that is determined by projections: for each publisher the newest state of a photo, and
 * among several publishers the one with the later decision. It checks everything it receives for secrets.
 */
import { photoId, sha256Of } from '../../src/document/photo-document.js';
import { deciding, opaqueId, project } from '../../src/publishing/projection.js';
import type { PublicDocument } from '../../src/publishing/public-fields.js';
import { secret } from './deeds.js';
import { count, type Home, type World } from './home.js';
import { truthOf, type Known } from './truth.js';

/** The state of a photo from a publisher, and the publisher's knowledge at that time. */
interface Told {
  document: PublicDocument;
  known: Known;
}

/** The public server of a run. */
export interface Observer {
  publishers: Home[];
  /** A publisher sends one photo, or all: then what it no longer has is withdrawn. */
  publish(home: Home, doc: string): void;
  publishAll(home: Home): void;
  /** The visible photos, by opaque id. */
  shown(): Set<string>;
  /** Returns to an earlier state. */
  restore(): void;
}

const key = '5'.repeat(64);

/** The public id of a photo. */
export const publicName = (doc: string): string => opaqueId(sha256Of(doc)!, key);

/** Opens an empty public server. */
export function openObserver(world: World, publishers: Home[]): Observer {
  type Tellings = Map<Home, Map<string, Told>>;
  const copy = (from: Tellings): Tellings => new Map([...from].map(([home, told]) => [home, new Map(told)]));
  let told: Tellings = new Map(publishers.map((home) => [home, new Map<string, Told>()]));
  let old = copy(told);

  /** The deciding publisher of a photo: that of the later decision; of equal ones the withdrawal. */
  function decision(name: string): Told | undefined {
    const all = [...told.values()].flatMap((one) => one.get(name) ?? []);
    const order = ({ document: { photo } }: Told): string => `${photo.at} ${photo.value === null ? 1 : 0}`;
    return all.reduce<Told | undefined>((a, b) => (a && order(a) >= order(b) ? a : b), undefined);
  }
  const isShown = (name: string): boolean => (decision(name)?.document.photo.value ?? null) !== null;

  /** A photo must not be shown if a publisher with the same or more knowledge has withdrawn it. */
  function checkTaken(name: string): void {
    const shown = decision(name);
    if (!shown || shown.document.photo.value === null) return;
    for (const [home, documents] of told) {
      const other = documents.get(name);
      if (other?.document.photo.value !== null || !isSubset(shown.known, other.known)) continue;
      throw new Error(`${home.name} took ${name.slice(0, 6)} back, and it is still shown`);
    }
  }

  function publish(home: Home, doc: string): void {
    const body = deciding(home.library.leaves(doc));
    const document = body && project(doc, body, { gps: false });
    if (!document) return;
    const text = JSON.stringify(document);
    if (text.includes(secret) || text.includes('47.1234') || text.includes(sha256Of(doc)!))
      throw new Error(`${home.name} tells of ${doc.slice(0, 9)}: ${text}`);
    const known = new Set(home.known(doc));
    if (document.photo.value !== null && !isPublic(known)) throw new Error(`${doc} is not public at ${home.name}`);
    const name = publicName(doc);
    const before = isShown(name);
    told.get(home)!.set(name, { document, known });
    checkTaken(name);
    if (before && !isShown(name)) count(world, 'take-backs');
    if (!before && isShown(name)) count(world, 'photos published');
    if (world.dice.chance(0.02)) old = copy(told);
  }

  return {
    publishers,
    publish,
    publishAll(home) {
      const names = new Set(home.docs().map((doc) => (doc.startsWith('photo:') ? publicName(doc) : '')));
      for (const name of told.get(home)!.keys()) if (!names.has(name)) told.get(home)!.delete(name);
      for (const doc of home.docs()) if (doc.startsWith('photo:')) publish(home, doc);
    },
    shown: () => new Set([...told.values()].flatMap((one) => [...one.keys()]).filter(isShown)),
    restore() {
      told = copy(old);
      count(world, 'restores of the public server');
    },
  };
}

/** Whether a photo is public, according to everything known about it. */
export function isPublic(known: Known): boolean {
  const { values } = truthOf(known);
  return values.get('audience') === 'public' && values.get('trashed') !== true;
}

const isSubset = (a: Known, b: Known): boolean => [...a].every((act) => b.has(act));

/** The photos that must be shown, according to a home's knowledge. */
export const publicAt = (home: Home): Set<string> =>
  new Set(
    home
      .docs()
      .filter((doc) => doc === photoId(sha256Of(doc) ?? ''))
      .filter((doc) => home.library.get(doc) !== undefined && isPublic(home.known(doc)))
      .map(publicName),
  );
