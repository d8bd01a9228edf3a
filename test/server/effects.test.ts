/**
 * Authorisation by effect: whatever someone sends, and however it arrives, it changes what others see only as far as
 * the sender has the right to. Each input is sent by every actor, and what each observer sees before and after is
 * compared. All inputs share one home, which is emptied before each. Actors who may change nothing send together: all
 * of them together must have no effect.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import sharp from 'sharp';
import { format } from '../../src/document/photo-document.js';
import { temporaryFolder } from '../folder.js';
import { raws } from '../photo/raws.js';
import { makePhoto } from '../picture.js';
import { h264, keyOf, livePicture, makeFilm, noFfmpeg } from '../video/films.js';
import { xmp } from '../xmp.js';
import {
  actors,
  changed,
  differing,
  idOf,
  openStage,
  withXmp,
  type ActorName,
  type ObserverName,
  type Stage,
} from './stage.js';

/** The owner's photos: private, for the family, for everybody, and one for everybody that every link shows. */
interface Set {
  /** The beginning of their file names. */
  stem: string;
  hidden: string;
  family: string;
  open: string;
  shared: string;
  bytes: Buffer;
}

const folder = mkdtempSync(join(tmpdir(), 'photospool-test-'));
let stage: Stage;
let sets = 0;
beforeAll(async () => {
  stage = await openStage(folder);
});
afterAll(async () => {
  await stage.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

let pictures = 0;
/** A new photo each time; there are 251 of them. */
const picture = (): Promise<Buffer> => makePhoto(++pictures);

/** Empties the home, and adds new photos. */
async function setUp(): Promise<Set> {
  await stage.empty();
  const stem = `IMG_${++sets}0`;
  const photos = await Promise.all([1, 2, 3, 4].map(() => picture()));
  photos.forEach((bytes, n) => stage.drop(`${stem}${n + 1}.jpg`, bytes));
  await stage.pass();
  const [hidden, family, open, shared] = photos.map(idOf) as [string, string, string, string];
  await edit('owner', [family], { audience: 'family', tags: { add: ['shown', 'hidden'] } });
  await edit('owner', [open], { audience: 'public' });
  await edit('owner', [shared], {
    ...{ title: 'hacked', rating: 4, tags: { add: ['shown', 'holiday'] }, albums: { add: ['Trip'] } },
    ...{ taken: { local: '1999-01-01T00:00:00.000' }, gps: { lat: 2, lon: 2 }, audience: 'public' },
  });
  await stage.watch(shared, [hidden, family]);
  return { stem, hidden, family, open, shared, bytes: photos[2]! };
}

/** Changes photos over HTTP; resolves to the status. */
const edit = async (who: string, ids: string[], change: object): Promise<number> =>
  (await stage.ask(who, 'PATCH', '/api/photos', { ids, ...change })).statusCode;

const owners: ObserverName[] = ['owner', 'token read'];
const home: ObserverName[] = [...owners, 'family', 'editor'];
const everyone: ObserverName[] = [...home, 'visitor'];
/** The links that include a photo with the words below. */
const linked: ObserverName[] = ['link tag', 'link bare', 'link rating', 'link words', 'link without'];
const nobody: ObserverName[] = [];

/**
 * The observers for whom each sender may change something; a sender who is not listed may change nothing for anybody.
 */
type Allowed = Partial<Record<ActorName, readonly ObserverName[]>>;

interface Input {
  name: string;
  allowed: Allowed;
  /** Sends it. `n` differs for each actor. */
  send(stage: Stage, actor: ActorName, set: Set, n: number): Promise<unknown>;
  /** Before it is sent, and after the comparison. */
  before?(stage: Stage, set: Set): Promise<unknown>;
  after?(stage: Stage, set: Set): Promise<unknown>;
  without?: boolean;
}

const shot = { IFD0: { Make: 'NIKON CORPORATION', Model: 'Model' }, IFD2: { DateTimeOriginal: '2024:07:01 12:00:00' } };
const plain = (hue: number) =>
  sharp({ create: { width: 60, height: 40, channels: 3, background: `hsl(${hue}, 50%, 50%)` } });
const raw = async (): Promise<Buffer> =>
  raws['Nikon RAW (NEF)']!({ preview: await plain(0).jpeg({ quality: 70 }).toBuffer() });
const beside = (n: number): Promise<Buffer> =>
  plain(20 * n)
    .withExif(shot)
    .jpeg()
    .toBuffer();
const pair = '4D9C5D1C-2D9A-4A61-9A0B-0C4C8F0A1B2C';
const words = (n: number, more = ''): string =>
  xmp({ title: `hacked ${n}${more}`, rating: 5, tags: ['holiday', 'shown'] });
const sidecars = ({ stem }: Set, n: number): Record<string, string> =>
  Object.fromEntries(
    [1, 2, 3]
      .flatMap((k) => [`${stem}${k}.jpg.xmp`, `${stem}${k}.xmp`, `${stem}${k}_01.jpg.xmp`])
      // A version of darktable's sidecar with the same bytes would make it ineffective.
      .map((name) => [name, words(n, ` ${name}`)]),
  );

/** An edit of photos, which the owner reverts after each sender. */
const editing = (name: string, change: object, back: object, ...links: ObserverName[]): Input => ({
  ...{ name, allowed: { editor: everyone, 'token edit': [...everyone, ...links], owner: [...everyone, ...links] } },
  send: (_, actor, set) => edit(actor, [set.hidden, set.family, set.open], change),
  after: (_, set) => edit('owner', [set.hidden, set.family, set.open], back),
});

const inputs: Input[] = [
  {
    name: 'a photo with words in it',
    allowed: {
      ...{ family: owners, editor: owners, 'token upload': owners, 'token edit': owners },
      owner: [...owners, ...linked],
    },
    send: async (on, actor, _, n) => on.send(actor, { [`NEW_${n}.jpg`]: withXmp(await picture(), words(n)) }),
  },
  {
    name: 'sidecars of all names',
    allowed: { editor: everyone, 'token edit': everyone, owner: [...everyone, ...linked] },
    send: (on, actor, set, n) => on.send(actor, sidecars(set, n)),
  },
  {
    name: 'a photo and sidecars of all names, as uploads that can be resumed',
    allowed: {
      ...{ family: owners, 'token upload': owners, editor: everyone, 'token edit': everyone },
      owner: [...everyone, ...linked],
    },
    async send(on, actor, set, n) {
      await on.resume(actor, { [`TUS_${n}.jpg`]: await picture(), ...sidecars(set, n) });
    },
  },
  {
    name: 'a sidecar before its photo',
    allowed: {
      // The photo itself, which the owner adds after each.
      ...Object.fromEntries(actors.map((actor) => [actor, owners])),
      owner: [...owners, ...linked],
    },
    async send(on, actor, _, n) {
      await on.send(actor, { [`LATER_${n}.jpg.xmp`]: words(n) });
      await on.pass();
      const bytes = await picture();
      on.drop(`LATER_${n}.jpg`, bytes);
      await on.pass();
      const { title } = (await on.ask('owner', 'GET', `/api/photos/${idOf(bytes)}`)).json<{ title: string }>();
      expect(title !== '', actor).toBe(actor === 'owner' || actor === 'token edit');
    },
  },
  {
    name: 'the bytes of a photo that everybody may see, again, with a sidecar',
    allowed: { editor: everyone, 'token edit': everyone, owner: [...everyone, ...linked] },
    send: (on, actor, { bytes, stem }, n) =>
      on.send(actor, {
        [`${stem}3.jpg`]: bytes,
        [`AGAIN_${n}.jpg`]: bytes,
        [`${stem}3.jpg.xmp`]: words(n),
        [`AGAIN_${n}.jpg.xmp`]: words(n),
      }),
  },
  {
    name: 'a JPEG next to the owner’s RAW',
    allowed: { family: owners, editor: owners, 'token upload': owners, 'token edit': owners, owner: owners },
    async before(on) {
      on.drop('IMG_5.NEF', await raw());
      await on.pass();
    },
    async send(on, actor, _, n) {
      await on.send(actor, { 'IMG_5.jpg': await beside(n) });
      await on.pass();
      const { photos } = (await on.ask('owner', 'GET', '/api/photos')).json<{ photos: { id: string }[] }>();
      const there = photos.some(({ id }) => id === rawId);
      expect(there, actor).toBe(actor !== 'owner');
    },
  },
  {
    name: 'the picture of the owner’s film',
    without: noFfmpeg,
    allowed: { family: owners, editor: owners, 'token upload': owners, 'token edit': owners, owner: owners },
    async before(on) {
      filmId = idOf(film());
      on.drop('IMG_6.MOV', film());
      await on.pass();
    },
    async send(on, actor, _, n) {
      await on.send(actor, { 'IMG_6.JPG': await livePicture(pair, { hue: 20 * n }) });
      await on.pass();
      const { photos } = (await on.ask('owner', 'GET', '/api/photos')).json<{ photos: { id: string }[] }>();
      expect(
        photos.some(({ id }) => id === filmId),
        actor,
      ).toBe(actor !== 'owner');
    },
  },
  editing('an entry in an album', { albums: { add: ['Trip'] } }, { albums: { remove: ['Trip'] } }, 'link album'),
  editing('a tag', { tags: { add: ['holiday'] } }, { tags: { remove: ['holiday'] } }, 'link tag', 'link bare'),
  editing(
    ...(['a title and a position', { title: 'hacked', gps: { lat: 1, lon: 1 } }, { title: null, gps: null }] as const),
    'link words',
  ),
  editing('a rating', { rating: 5 }, { rating: null }, 'link rating'),
  editing('a time', { taken: { local: '1999-05-05T00:00:00.000' } }, { taken: null }, 'link year'),
  editing('a tag taken away', { tags: { remove: ['hidden'] } }, { tags: { add: ['hidden'] } }, 'link without'),
  {
    name: 'an audience',
    allowed: { 'token edit': everyone, owner: everyone },
    send: (_, actor, set) => edit(actor, [set.hidden, set.family], { audience: 'public' }),
    async after(_, set) {
      await edit('owner', [set.hidden], { audience: 'private' });
      await edit('owner', [set.family], { audience: 'family' });
    },
  },
  {
    name: 'the way back from an edit of the owner’s',
    allowed: { 'token edit': everyone, owner: everyone },
    before: (_, set) => edit('owner', [set.open, set.family], { audience: 'private' }),
    send: (on, actor, set) =>
      on.ask(actor, 'PATCH', '/api/photos/each', {
        each: [
          { ids: [set.open], audience: 'public' },
          { ids: [set.family], audience: 'family', trashed: false },
        ],
      }),
    after: (_, set) => edit('owner', [set.open, set.family], { audience: 'private' }),
  },
  {
    name: 'a comment',
    allowed: { family: home, editor: home, 'token edit': home, owner: home },
    send: (on, actor, set) =>
      Promise.all(
        [set.hidden, set.family].map((id) => on.ask(actor, 'POST', `/api/photos/${id}/comments`, { text: 'words' })),
      ),
  },
  {
    name: 'a favourite',
    allowed: { family: ['family'], editor: ['editor'], 'token edit': owners, owner: owners },
    send: (_, actor, set) => edit(actor, [set.hidden, set.family], { favourite: true }),
    after: (_, set) => edit('owner', [set.hidden, set.family], { favourite: false }),
  },
  {
    name: 'the trash',
    allowed: { 'token edit': everyone, owner: everyone },
    send: (_, actor, set) => edit(actor, [set.hidden, set.family], { trashed: true }),
    after: (_, set) => edit('owner', [set.hidden, set.family], { trashed: false }),
  },
];

/** Documents as another server writes them, with edits by someone who may edit and not share. */
const documents: Input[] = [
  {
    name: 'an edit',
    allowed: { 'token replicate': home },
    send: (on, actor, set, n) => {
      const [at, by] = [`000001900000000-${n.toString(16).padStart(4, '0')}-other`, `person:${on.people.editor}`];
      const set1 = (element: string) => ({ [element]: { present: true, at, by } });
      const edits = {
        tags: set1('holiday'),
        albums: set1('Trip'),
        title: [{ value: `hacked ${n}`, at, by }],
        rating: [{ value: 5, at, by }],
      };
      const { facts, renditions } = on.home.library.get(`photo:${set.family}`)!.body as Record<string, object>;
      return bulk(on, actor, n, `photo:${set.family}`, {
        kind: 'photo',
        facts,
        renditions,
        sidecars: {},
        sightings: {},
        edits,
      });
    },
  },
  {
    name: 'a photo and a sidecar that somebody sent in there',
    allowed: { 'token replicate': owners },
    send: async (on, actor, _, n) => {
      const [by, at] = ['token:edit', '2026-01-01T00:00:00.000Z'];
      const facts = {
        recipe: 1,
        type: 'image/jpeg',
        bytes: 1,
        width: 4,
        height: 3,
        taken: '1999-02-02T00:00:00.000',
        rating: 5,
        tags: ['holiday'],
      };
      const sidecar = {
        ['e'.repeat(64)]: { name: 'a.xmp', values: { title: 'hacked', tags: ['shown'] }, modified: at, by },
      };
      const body = { kind: 'photo', facts, renditions: { recipe: 1 }, sidecars: sidecar, edits: {} };
      const sightings = { x: { at, server: 'other', name: 'a.jpg', modified: at, by } };
      return bulk(on, actor, n, `photo:${n.toString(16).padStart(64, 'a')}`, { ...body, sightings });
    },
  },
  {
    name: 'a comment',
    allowed: { 'token replicate': home },
    send: (on, actor, set, n) => {
      const [at, by] = ['000001900000000-0000-other', `person:${on.people.family}`];
      const body = {
        kind: 'comment',
        photo: set.family,
        by,
        added: '2026-01-01T00:00:00.000Z',
        text: { value: 'words', at, by },
      };
      return bulk(on, actor, n, `comment:${set.family}:01JD00000000000000000000${10 + n}`, body);
    },
  },
  {
    name: 'a saved search',
    allowed: { 'token replicate': home },
    send: (on, actor, _, n) => {
      const [at, by] = ['000001900000000-0000-other', `person:${on.people.editor}`];
      const body = {
        kind: 'album',
        added: '2026-01-01T00:00:00.000Z',
        name: { value: `Saved ${n}`, at, by },
        query: { value: 'type:photo', at, by },
      };
      return bulk(on, actor, n, `album:01JD00000000000000000000${10 + n}`, body);
    },
  },
  {
    name: 'a person made an owner',
    allowed: {},
    send: (on, actor, _, n) => {
      const [at, by] = ['000001900000000-0000-other', 'owner'];
      const value = (one: unknown) => ({ value: one, at, by });
      const body = {
        kind: 'person',
        name: value('family'),
        role: value('owner'),
        canEdit: value(true),
        removed: value(false),
      };
      return bulk(on, actor, n, `person:${on.people.family}`, body);
    },
  },
];

/** Sends a revision as a peer does. */
const bulk = (on: Stage, actor: ActorName, n: number, id: string, body: object) => {
  const rev = `1-${n.toString(16).padStart(32, 'b')}`;
  const doc = { _id: id, _rev: rev, _revisions: { start: 1, ids: [rev.slice(2)] }, format, ...body };
  return on.ask(actor, 'POST', '/db/photos/_bulk_docs', { docs: [doc], new_edits: false });
};

let rawId = '';
let filmId = '';
let made: Buffer | undefined;
const film = (): Buffer =>
  (made ??= readFileSync(makeFilm(join(temporaryFolder(), 'film.mov'), [...h264, ...keyOf(pair)])));

describe.each([...inputs, ...documents.map((one) => ({ ...one, name: `from another server: ${one.name}` }))])(
  '$name',
  ({ allowed, send, before, after, without = false }) => {
    it.skipIf(without)('changes nothing for viewers to whom its sender may not show anything', async () => {
      const set = await setUp();
      rawId = idOf(await raw());
      await before?.(stage, set);
      await stage.overheard();
      let told = await stage.told();
      const powerless = actors.filter((actor) => (allowed[actor] ?? nobody).length === 0);
      // The owner, who may do most, comes last.
      const senders = actors.filter((actor) => !powerless.includes(actor));
      const inOrder = [
        ...senders.filter((actor) => actor !== 'owner'),
        ...senders.filter((actor) => actor === 'owner'),
      ];
      const rounds: ActorName[][] = [powerless, ...inOrder.map((actor) => [actor])];
      for (const [round, who] of rounds.filter((some) => some.length > 0).entries()) {
        if (round > 0 && after) {
          await after(stage, set);
          await stage.overheard();
          told = await stage.told();
        }
        for (const actor of who) {
          await send(stage, actor, set, actors.indexOf(actor) + 1);
          await stage.pass();
        }
        expect(await stage.overheard(), who.join()).toEqual([]);
        const now = await stage.told();
        const others = changed(told, now);
        const may = allowed[who[0]!] ?? nobody;
        expect(
          others.filter((one) => !may.includes(one)),
          `${who.join()}: ${differing(told, now).join()}`,
        ).toEqual([]);
        // Permitted edits do have an effect, and change the links, so that the test can fail.
        const reached = may.filter((one) => one === may[0] || one.startsWith('link'));
        expect(others, who.join()).toEqual(expect.arrayContaining(reached));
        told = now;
      }
    });
  },
);
