/**
 * A hostile server in the mesh, with the right to replicate: writes anything into one photo and its comment, with
 * stamps at the end of time, of other servers' epochs, and invalid ones, with forged lists of seen edits, cycles, and
 * more values than people make. People edit the same photo. The model does not cover it; homes must end equal, and
 * withdrawing it must succeed.
 */
import { commentId, newComment, removeComment, viewComment, type CommentDocument } from '../../src/document/comment.js';
import { applyChange, type PhotoChange } from '../../src/document/edits.js';
import { audiences, photoId, type Body, type PhotoDocument } from '../../src/document/photo-document.js';
import { purge } from '../../src/document/purge.js';
import { viewPhoto } from '../../src/document/photo-view.js';
import type { Incoming } from '../../src/library/library.js';
import { photo } from '../document/documents.js';
import { count, Crash, forgedHash, type Home, type World } from './home.js';

const doc = photoId(forgedHash);
const remark = commentId(forgedHash, '0');
/** The forged revisions of a run, to be sent again. */
const sent = new WeakMap<World, Incoming[]>();

/** A forged revision of the photo or its comment, at a home. */
export function forge(world: World, home: Home): void {
  const { dice } = world;
  const id = dice.chance(0.8) ? doc : remark;
  const known = home.library.get(id)?.body;
  const body = id === doc ? forgedPhoto(world, home, known as PhotoDocument | undefined) : forgedComment(world, home);
  const above = home.library.leaves(id)[0];
  // Concurrent with all others, or on top of the shown one.
  const below = above && dice.chance(0.5) ? home.library.revision(id, above.rev)?.revisions : undefined;
  const generation = below ? Number.parseInt(below[0]!, 10) + 1 : 1;
  const hash = Buffer.from(dice.bytes(16)).toString('hex');
  const incoming = {
    id,
    revisions: [`${generation}-${hash}`, ...(below ?? [])],
    deleted: false,
    body: body as unknown as Body,
  };
  sent.set(world, [...(sent.get(world) ?? []), incoming]);
  count(world, 'forged revisions');
  quietly(() => home.library.insert([incoming]));
}

/** A crash inside a transaction leaves nothing, and is detected elsewhere. */
function quietly(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
}

function forgedPhoto(world: World, home: Home, known: PhotoDocument | undefined): PhotoDocument {
  const { dice } = world;
  const at = (): string => stampFor(world, home);
  const list = (values: readonly unknown[]): object[] =>
    Array.from({ length: dice.pick([1, 1, 2, 9, 40, 300]) }, () => ({
      ...{ value: dice.pick(values), at: at(), by: 'x' },
      ...(dice.chance(0.5) && { over: at() }),
      ...(dice.chance(0.5) && { saw: [at(), at(), at()] }),
    }));
  const member = (): object => ({ present: dice.chance(0.7), at: at(), by: 'x' });
  const edits: Record<string, unknown> = dice.chance(0.5) ? { ...known?.edits } : {};
  for (const field of ['audience', 'trashed', 'title'] as const)
    if (dice.chance(0.6)) {
      const values = { audience: audiences, trashed: [true, false], title: ['x', 'y'] }[field];
      edits[field] = [...((edits[field] as object[] | undefined) ?? []), ...list(values)];
    }
  if (dice.chance(0.5)) edits['albums'] = { shared: member() };
  if (dice.chance(0.3))
    edits['overruled'] = { [`albums shared ${at()}`]: member(), [`albums shared ${at()}`]: member() };
  return { ...photo(), edits: edits };
}

function forgedComment(world: World, home: Home): CommentDocument {
  const said = <T>(value: T): { value: T; at: string; by: string } => ({ value, at: stampFor(world, home), by: 'x' });
  const forged = { ...newComment(forgedHash, 'forged', '', 'x', 0), text: said('forged'), removed: said(false) };
  return world.dice.chance(0.5) ? forged : { ...forged, overruled: { [`removed ${forged.text.at}`]: said(false) } };
}

/** A stamp as only a forger issues it. */
function stampFor({ dice }: World, home: Home): string {
  const epoch = dice.pick(['x', 'y', home.library.epoch, `e${dice.below(400)}`]);
  const end = `999999999999999-${dice.pick(['fffd', 'ffff', '0000'])}`;
  const near = `${String(home.now() + dice.below(1e9)).padStart(15, '0')}-0000`;
  return dice.chance(0.05) ? 'zzz' : `${dice.pick([end, end, near, '000000000000001-0000'])}-${epoch}`;
}

/** A person edits the photo, or writes the comment. */
export function touch({ dice }: World, home: Home): void {
  const change: PhotoChange = dice.pick([
    { title: `${dice.below(9)}` },
    { audience: dice.pick(audiences) },
    { trashed: dice.chance(0.5) },
    { albums: { add: ['shared'] } },
  ]);
  quietly(() => void apply(home, change));
}

const apply = (home: Home, change: PhotoChange): unknown =>
  home.library.update<PhotoDocument>(
    doc,
    (body) => body && applyChange(body, change, { at: home.library.stampAfter(body), by: 'owner' }),
  );

/** Withdraws everything at one home; false if there is nothing. */
export function takeBack(world: World, home: Home): boolean {
  if (home.library.get(doc) === undefined) return false;
  count(world, 'take-backs of what was forged');
  apply(home, { audience: 'private', trashed: true, albums: { remove: ['shared'] } });
  home.library.update<CommentDocument>(
    remark,
    (body) => body && removeComment(body, home.library.stampAfter(body), 'owner'),
  );
  return true;
}

/** Sends the forged revisions again, as separate branches; some are lost on the way. */
export function replay(world: World, home: Home, n: number, lost = 0.7): void {
  const again = (sent.get(world) ?? []).filter(() => !world.dice.chance(lost));
  home.library.insert(
    again.map((one, m) => ({
      ...one,
      revisions: [`1-${`${n}e${m}`.padStart(32, '0')}`],
      body: { ...one.body, novel: m },
    })),
  );
}

/** The problems at a home after the withdrawal. */
export function forgedWrongs(home: Home): string[] {
  const { body } = home.library.get<PhotoDocument>(doc)!;
  const { audience, trashed, albums } = viewPhoto(forgedHash, body, { here: false });
  const comment = home.library.get(remark);
  return [
    ...(audience === 'private' ? [] : [`the forged photo is ${audience}`]),
    ...(trashed ? [] : ['the forged photo is not in the trash']),
    ...(albums.length === 0 ? [] : ['the forged photo is in an album']),
    ...(comment && viewComment(remark, comment.body) ? ['the forged comment is shown'] : []),
  ].map((wrong) => `${home.name}: ${wrong}`);
}

/** Purges the photo. */
export function purgeForged(home: Home): void {
  home.library.update<object>(
    doc,
    (body) => body && purge(body as Body, { at: home.library.stampAfter(body), by: 'owner' }),
  );
}
