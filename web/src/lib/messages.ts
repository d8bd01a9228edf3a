/**
 * The messages of the page in its language (docs/translation.md). Exactly one language is loaded: its core before the
 * page is shown, each other area with the script that shows it. Until then `m` lacks them, so messages are read in
 * functions and components, never while a module is evaluated (test/web/messages.test.ts).
 */
import type * as core from '../messages/en/core.js';
import type * as activity from '../messages/en/activity.js';
import type * as albums from '../messages/en/albums.js';
import type * as auth from '../messages/en/auth.js';
import type * as edit from '../messages/en/edit.js';
import type * as first from '../messages/en/first.js';
import type * as front from '../messages/en/front.js';
import type * as inbox from '../messages/en/inbox.js';
import type * as info from '../messages/en/info.js';
import type * as locked from '../messages/en/locked.js';
import type * as map from '../messages/en/map.js';
import type * as pages from '../messages/en/pages.js';
import type * as search from '../messages/en/search.js';
import type * as select from '../messages/en/select.js';
import type * as guest from '../messages/en/guest.js';
import type * as sharing from '../messages/en/sharing.js';
import type * as settings from '../messages/en/settings.js';
import type * as shortcuts from '../messages/en/shortcuts.js';
import type * as timeline from '../messages/en/timeline.js';
import type * as upload from '../messages/en/upload.js';
import type * as viewer from '../messages/en/viewer.js';
import { type Language, language } from './language.js';

/** The areas of a catalogue that are loaded when they are needed, each one file. */
export interface Areas {
  activity: typeof activity;
  albums: typeof albums;
  auth: typeof auth;
  edit: typeof edit;
  first: typeof first;
  front: typeof front;
  inbox: typeof inbox;
  info: typeof info;
  locked: typeof locked;
  map: typeof map;
  pages: typeof pages;
  search: typeof search;
  select: typeof select;
  guest: typeof guest;
  sharing: typeof sharing;
  settings: typeof settings;
  shortcuts: typeof shortcuts;
  timeline: typeof timeline;
  upload: typeof upload;
  viewer: typeof viewer;
}
export type Area = keyof Areas;

/** A catalogue: the core, and how to load its areas. */
export type Catalogue = typeof core & { areas: { [area in Area]: () => Promise<Areas[area]> } };

type Intersection<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never;
/** All messages, by namespace. */
export type Messages = typeof core & Intersection<Areas[Area]>;

const catalogues: Record<Language, () => Promise<Catalogue>> = {
  en: async () => (await import('../messages/en.js')).en,
  'en-XA': async () => {
    const [{ en }, { pseudo }] = await Promise.all([import('../messages/en.js'), import('../messages/pseudo.js')]);
    return pseudo(en);
  },
};

const loaded: Partial<Messages> = {};

/** The messages that are loaded. */
export const m = loaded as Messages;

let catalogue: Promise<Catalogue> | undefined;
const areas = new Map<Area, Promise<void>>();

/** Loads the core of the page's language; the second call waits for the first. Rejects without a connection. */
export async function loadMessages(): Promise<void> {
  catalogue ??= catalogues[language]().catch((error: unknown) => {
    catalogue = undefined;
    throw error;
  });
  const { areas: _, ...core } = await catalogue;
  Object.assign(loaded, core);
}

/** Loads areas, each once. Rejects without a connection, and tries again at the next call. */
export async function loadAreas(...wanted: Area[]): Promise<void> {
  await Promise.all(wanted.map((area) => areas.get(area) ?? loadArea(area)));
}

function loadArea(area: Area): Promise<void> {
  const loading = loadMessages()
    .then(async () => void Object.assign(loaded, await (await catalogue!).areas[area]()))
    .catch((error: unknown) => {
      areas.delete(area);
      throw error;
    });
  areas.set(area, loading);
  return loading;
}

/** A module that is loaded together with the areas that it shows. */
export async function withMessages<T>(module: Promise<T>, ...wanted: Area[]): Promise<T> {
  const [found] = await Promise.all([module, loadAreas(...wanted)]);
  return found;
}
