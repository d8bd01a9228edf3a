/**
 * The actions of people and ingest at a home, drawn at random. Each action is applied to the library as the program
 * does it, and recorded in the model as an act; the model predicts whether it changes anything, and the library must
 * agree.
 */
import { newExif, withArrival, type Arrival } from '../../src/document/arrival.js';
import {
  commentId,
  newComment,
  removeComment,
  rewriteComment,
  type CommentDocument,
} from '../../src/document/comment.js';
import { applyChange, type PhotoChange } from '../../src/document/edits.js';
import { canonical } from '../../src/document/canonical-json.js';
import { exifId, photoId, type Body, type PhotoDocument } from '../../src/document/photo-document.js';
import { purge } from '../../src/document/purge.js';
import { isStamp, mostAhead, parseStamp } from '../../src/document/stamp.js';
import { withRegisters } from '../../src/document/overruled-registers.js';
import { count, type Home, type World } from './home.js';
import { truthOf, type Act, type Truth } from './truth.js';

/** A part of every value that must never be visible on the public side. */
export const secret = 'SECRET';

type What = Act['what'];

/** The number of photos in a run: few, so that several homes change the same ones. */
const photos = 4;
const sha256Of = (n: number): string => String(n + 1).repeat(64);

/** Performs an action at a home. Throws if library and model disagree. */
export function doSomething(world: World, home: Home): void {
  const { dice } = world;
  const sha256 = sha256Of(dice.below(photos));
  const roll = dice.below(100);
  if (home.library.get(photoId(sha256)) === undefined) {
    // Purged photos arrive again only occasionally.
    if (home.known(photoId(sha256)).size === 0 || roll < 15) arrive(world, home, sha256);
  } else if (roll < 10) arrive(world, home, sha256);
  else if (roll < 15) purgePhoto(world, home, photoId(sha256));
  else if (roll < 22) comment(world, home, sha256);
  else if (roll < 27) person(world, home);
  else edit(world, home, sha256);
}

/** A stamp for a document, after all that this home ever issued or saw in it, and not days ahead. */
function draw(home: Home, doc: string, body: object | undefined): string {
  const at = home.library.stampAfter(body);
  const isFar = (stamp: string): boolean => (parseStamp(stamp)?.ms ?? 0) > home.now() + mostAhead;
  if (isFar(at)) throw new Error(`${home.name} was pushed to ${at}`);
  // After its clock was set back by days, a home starts another epoch.
  const isSame = parseStamp(at)?.epoch === parseStamp(home.lastStamp)?.epoch;
  if (at <= home.lastStamp && isSame) throw new Error(`${home.name} drew ${at} after ${home.lastStamp}`);
  for (const act of home.known(doc))
    if (act.what.kind !== 'arrival' && act.at >= at && !isFar(act.at))
      throw new Error(`${at} does not come after ${act.at}, which it saw`);
  return at;
}

/** Records acts and that the library made a revision of them; nothing without acts. */
function note(world: World, home: Home, doc: string, at: string, whats: readonly What[], changed: boolean): void {
  if (changed !== whats.length > 0)
    throw new Error(`${home.name} ${changed ? 'changed' : 'left'} ${doc}: ${canonical(whats)}`);
  const past = new Set(home.known(doc));
  for (const what of whats) home.did({ doc, at, past, what });
  home.noted(doc);
  // A stamp that went into no revision may be issued again by the next opening.
  if (whats.length > 0 && isStamp(at)) home.lastStamp = at;
  if (whats.length > 0) world.trace.push(`${home.name} ${doc.slice(0, 9)} ${at} ${canonical(whats)}`);
  count(world, 'acts', whats.length);
}

function arrive(world: World, home: Home, sha256: string): void {
  const { dice } = world;
  const [doc, server] = [photoId(sha256), home.library.server];
  const name = `${secret} ${dice.below(2)}.jpg`;
  const recipe = 1 + dice.below(3);
  const at = new Date(home.now()).toISOString();
  const arrival: Arrival = {
    facts: {
      recipe,
      ...{ type: 'image/jpeg', bytes: 1000 + recipe, width: 400, height: 300, title: 'Of the file' },
      ...{ gps: { lat: 47.1234567, lon: 8 }, serial: secret, tags: ['of-file', `_${secret}`] },
    },
    renditions: { recipe, thumb: { sha256: 'e'.repeat(64), type: 'image/webp', width: 4, height: 3, bytes: recipe } },
    sighting: { at, server, name, modified: at, folder: secret },
  };
  const truth = truthOf(home.known(doc));
  const wasThere = home.library.get(doc) !== undefined;
  const key = `${server} ${name}`;
  const written = home.library.update<PhotoDocument>(doc, (before) => withArrival(before, arrival));
  const { changed } = written!;
  if (!wasThere && home.known(doc).size > 0) count(world, 'purged bytes that came again');
  // Facts of an older recipe change nothing; after a purge they may be all that exists.
  const mustChange = !wasThere || at < (truth.sightings.get(key) ?? '9') || recipe > Math.max(...truth.recipes);
  const mustNot = !mustChange && truth.recipes.size === 1;
  if (changed ? mustNot : mustChange)
    throw new Error(`${home.name}: an arrival of ${doc} ${changed ? 'changed' : 'did not change'} it`);
  note(world, home, doc, at, changed ? [{ kind: 'arrival', key, recipe }] : [], changed);
  const exif = home.library.update(exifId(sha256), (before) => {
    const fresh = newExif(recipe, { serial: `${secret} ${recipe}` }, false) as unknown as Body;
    return Number(before?.['recipe'] ?? 0) >= recipe ? before : fresh;
  });
  const came: What[] = exif?.changed ? [{ kind: 'edit', field: 'recipe', value: recipe }] : [];
  note(world, home, exifId(sha256), `recipe ${recipe}`, came, exif?.changed === true);
}

/** Purges an existing photo. */
export function purgePhoto(world: World, home: Home, doc: string): void {
  let at = '';
  const written = home.library.update<object>(doc, (before) => {
    at = draw(home, doc, before);
    return before && purge(before as PhotoDocument, { at, by: secret });
  });
  note(world, home, doc, at, [{ kind: 'purge' }], written?.changed === true);
  count(world, 'purges');
}

function edit(world: World, home: Home, sha256: string): void {
  const doc = photoId(sha256);
  const change = drawChange(world);
  const truth = truthOf(home.known(doc));
  let at = '';
  const written = home.library.update<PhotoDocument>(doc, (before) => {
    at = draw(home, doc, before);
    return before && applyChange(before, change, { at, by: `person:${secret}` });
  });
  note(world, home, doc, at, whatsOf(truth, change), written?.changed === true);
}

function drawChange({ dice }: World): PhotoChange {
  const text = (): string | null => (dice.chance(0.2) ? null : `told ${dice.below(1000)}`);
  const sets = (elements: readonly string[]): { add: string[]; remove: string[] } => {
    const [first, second] = dice.shuffle(elements);
    return { add: dice.chance(0.7) ? [first!] : [], remove: dice.chance(0.5) ? [second!] : [] };
  };
  const changes: (() => PhotoChange)[] = [
    () => ({ title: text() }),
    () => ({ description: text() }),
    () => ({ taken: dice.chance(0.2) ? null : { local: `20${10 + dice.below(20)}-07-01T12:00:00.000` } }),
    () => ({ place: dice.chance(0.2) ? null : { city: `City ${dice.below(9)}` } }),
    () => ({ gps: dice.chance(0.2) ? null : { lat: 47.1234567, lon: dice.below(180) } }),
    () => ({ rating: dice.chance(0.2) ? null : dice.below(6), reviewed: dice.chance(0.7) }),
    () => ({ favourite: dice.chance(0.5), favourites: sets([`person:${secret}`, 'person:2']) }),
    () => ({ trashed: dice.chance(0.5) }),
    () => ({ trashed: false }),
    () => ({ tags: sets(['sea', 'sun', `_${secret}`, `private/${secret}`, 'of-file']) }),
    () => ({ albums: sets([secret, 'album:2']) }),
  ];
  const audience = (): PhotoChange => ({ audience: dice.pick(['private', 'family', 'public', 'public'] as const) });
  return dice.chance(0.3) ? audience() : { ...dice.pick(changes)(), ...(dice.chance(0.2) && audience()) };
}

/** The parts of a change that are new. */
function whatsOf(truth: Truth, change: PhotoChange): What[] {
  return Object.entries(change).flatMap(([field, value]): What[] => {
    if (field === 'tags' || field === 'albums' || field === 'favourites')
      return membersOf(truth, field, value as { add: string[]; remove: string[] });
    const isSaid = canonical(truth.values.get(field) ?? null) === canonical(value);
    return isSaid && !(field === 'audience' && truth.openAudiences > 1) ? [] : [{ kind: 'edit', field, value }];
  });
}

function membersOf({ values }: Truth, set: string, { add, remove }: { add: string[]; remove: string[] }): What[] {
  const wanted = [...add.map((one) => [one, true] as const), ...remove.map((one) => [one, false] as const)];
  return wanted
    .filter(([element, present]) => values.get(`${set} ${element}`) !== present)
    .map(([element, present]) => ({ kind: 'member', set, element, present }));
}

/** Writes, edits or deletes a comment. */
function comment(world: World, home: Home, sha256: string): void {
  const { dice } = world;
  const doc = commentId(sha256, `0${dice.below(3)}`);
  const text = `${secret} ${dice.below(1000)}`;
  const goes = dice.chance(0.15);
  let at = '';
  let whats: What[] = [];
  const written = home.library.update<CommentDocument>(doc, (before) => {
    at = draw(home, doc, before);
    const isNew = before === undefined;
    const value = goes && !isNew ? '' : text;
    whats = [{ kind: 'edit', field: 'text', value }];
    if (goes && !isNew) whats.push({ kind: 'edit', field: 'removed', value: true });
    if (isNew) return newComment(sha256, text, at, 'owner', 0);
    return goes ? removeComment(before, at, 'owner') : rewriteComment(before, text, at, 'owner');
  });
  note(world, home, doc, at, whats, written?.changed === true);
}

/** Adds a person, or changes their name or role: values that merge by their shape. */
function person(world: World, home: Home): void {
  const { dice } = world;
  const doc = `person:${dice.below(2)}`;
  const field = dice.pick(['name', 'role']);
  const value = `${secret} ${dice.below(1000)}`;
  let at = '';
  const written = home.library.update(doc, (before) => {
    at = draw(home, doc, before);
    return withRegisters<Body>(before ?? { format: 1, kind: 'person' }, { [field]: { value, at, by: 'owner' } });
  });
  note(world, home, doc, at, [{ kind: 'edit', field, value }], written?.changed === true);
}
