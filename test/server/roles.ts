/**
 * An album with a photo of each kind (by audience, in the trash or not), each with unique words, month and ids, and a
 * viewer of every role. Responses to a role must not contain anything hidden from it.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commentId, newComment } from '../../src/document/comment.js';
import { exifId, photoId, type Audience, type Body } from '../../src/document/photo-document.js';
import { commandLine } from '../../src/access/actor.js';
import { mays } from '../../src/access/permissions.js';
import { local } from '../../src/access/viewer.js';
import { changePhotos } from '../../src/album/edit-photos.js';
import { commandSecret, sha256, type Home } from './fixture.js';

/** A kind of photo. */
export interface Kind {
  audience: Audience;
  trashed: boolean;
  /** In its file name, title, tags, album, camera, EXIF and a comment; unique. */
  mark: string;
  month: string;
  original: Buffer;
  id: string;
}

export const kinds: readonly Kind[] = (['private', 'family', 'public'] as const).flatMap((audience, n) =>
  [false, true].map((trashed, k) => {
    const mark = `zq${audience}${trashed ? 'gone' : 'kept'}`;
    const original = Buffer.from(`original ${mark}`);
    return { audience, trashed, mark, month: `19${50 + 10 * n + k}-0${1 + n}`, original, id: sha256(original) };
  }),
);

/** The comment on every photo. */
export const commentUlid = '01JD0000000000000000000000';

/** All identifying texts of a photo. */
export const tracesOf = ({ mark, month, id }: Kind): string[] => [
  mark,
  month,
  id,
  sha256(Buffer.from(`thumb of ${id}`)),
];

/**
 * The share links. All but `link photo` are to a search; the password of those that have one was given, except of `link
 * locked`. Options not mentioned are off: `link` includes neither originals nor details.
 */
export const links = {
  link: { originals: false, details: false },
  'link originals': { originals: true, details: false },
  'link details': { originals: false, details: true },
  'link originals details': { originals: true, details: true },
  'link photo': { originals: false, details: false },
  'link password': { originals: false, details: false },
  'link locked': { originals: true, details: true },
} as const;
/** A kind of link. */
export type LinkName = keyof typeof links;
/** All kinds of links. */
export const linkNames = Object.keys(links) as readonly LinkName[];
/** Whether a role is a link that shows anything. */
export const isLink = (role: RoleName): role is LinkName => role in links && role !== 'link locked';

/** All roles. `token …` are programs; `stranger` has a token that was never issued. */
export const roles = [
  'nobody',
  'visitor',
  'family',
  'editor',
  ...linkNames,
  'owner',
  'command',
  'stranger',
  ...mays.map((may) => `token ${may}` as const),
] as const;
export type RoleName = (typeof roles)[number];

/** The content of the link: a private photo, and nothing in the trash. */
const linked = 'zqprivatekept';

/** The header with which tests mark a request below the address of a link. */
export const linkHeader = 'x-test-link';

/** The kinds visible to a role. */
export function exists(role: RoleName, { audience, trashed, mark }: Kind): boolean {
  switch (role) {
    case 'owner':
    case 'command':
    case 'token read':
    case 'token edit':
      return true;
    case 'family':
    case 'editor':
      return !trashed && audience !== 'private';
    case 'link':
    case 'link originals':
    case 'link details':
    case 'link originals details':
    case 'link photo':
    case 'link password':
      return !trashed && mark === linked;
    case 'visitor':
      return !trashed && audience === 'public';
    default:
      return false;
  }
}

/** The people of an album. */
export interface Guests {
  /** The headers of a request, with a separate session. */
  headersOf(role: RoleName): Record<string, string>;
  /** The ids of people, by name. */
  people: Record<'owner' | 'family' | 'editor', string>;
  /** Secrets that must be in no response and no log. */
  secrets: Set<string>;
}

/** Creates a link of each kind; with the ticket of the one with a password. */
async function openLinks({ access }: Home): Promise<[Record<LinkName, string>, string]> {
  const password = 'the blue door';
  const photo = kinds.find(({ mark }) => mark === linked)!.id;
  const made = linkNames.map(async (name) => {
    const scope = name === 'link photo' ? { photo } : { search: `tag:${linked}` };
    const locked = (name === 'link password' || name === 'link locked') && { password };
    const { secret } = await access.shares.make({ scope, title: '', ...links[name], ...locked }, commandLine);
    return [name, secret] as const;
  });
  const secrets = Object.fromEntries(await Promise.all(made)) as Record<LinkName, string>;
  const given = await access.shares.unlock(secrets['link password'], password, '127.0.0.1');
  if (given?.kind !== 'in') throw new Error('The link did not open.');
  return [secrets, given.ticket];
}

/** Imports photos of these kinds into a home, and creates an account or a token for everyone. */
export async function openDoors(home: Home, which: readonly Kind[]): Promise<Guests> {
  const { access } = home;
  const [shared, ticket] = await openLinks(home);
  home.made.bare ??= async () => {
    const path = join(home.folder, 'bare.jpg');
    await writeFile(path, 'a JPEG of the picture');
    return { path, type: 'image/jpeg', remove: () => Promise.resolve() };
  };
  for (const { mark, month, original, audience, trashed } of which) {
    const taken = `${month}-01T12:00:00.000`;
    const id = await home.add({ name: `${mark}.jpg`, taken, tags: [mark, 'common'], model: mark, original });
    await changePhotos(home.library, local, [id], {
      ...{ title: mark, description: `common ${mark}`, audience, trashed, place: { city: mark }, favourite: true },
      ...{ gps: { lat: 12.5, lon: 34.5 }, albums: { add: [mark] } },
    });
    home.library.update(exifId(id), (body) => ({ ...body, tags: { 'EXIF:Artist': mark } }));
    const comment = newComment(id, `comment ${mark}`, home.library.stamp(), 'owner', home.clock.now());
    home.library.update(commentId(id, commentUlid), () => comment as unknown as Body);
    if (!home.library.get(photoId(id))) throw new Error('The photo is not there.');
  }
  const actor = commandLine;
  const add = (name: string, role: 'owner' | 'family'): string => {
    const { id } = access.accounts.add({ name, role }, actor);
    access.accounts.setPassword(id, `no hash of ${name}`, actor);
    return id;
  };
  const people = { owner: add('owner', 'owner'), family: add('family', 'family'), editor: add('editor', 'family') };
  access.accounts.change(people.editor, { canEdit: true }, actor);
  const tokens = new Map(mays.map((may) => [`token ${may}`, access.tokens.make(may, [may], actor).secret]));
  const secrets = new Set([...tokens.values(), commandSecret, ...Object.values(shared), ticket]);

  function bearer(secret: string): Record<string, string> {
    return { authorization: `Bearer ${secret}` };
  }
  return {
    people,
    secrets,
    headersOf(role) {
      access.settings.change({ visitors: role === 'visitor' });
      if (role === 'nobody' || role === 'visitor') return {};
      if (role === 'command') return bearer(commandSecret);
      if (role in links) {
        const proof = role === 'link password' && { cookie: `photospool-share=${ticket}` };
        return { [linkHeader]: shared[role as LinkName], ...proof };
      }
      if (role === 'stranger') return bearer('x'.repeat(43));
      if (role !== 'owner' && role !== 'family' && role !== 'editor') return bearer(tokens.get(role)!);
      const { secret } = access.sessions.start(people[role], { address: '127.0.0.1', browser: 'a browser' });
      secrets.add(secret);
      return { cookie: `photospool=${secret}` };
    },
  };
}
