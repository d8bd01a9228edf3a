import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openItemAccess, type ItemClaims } from '../../src/access/item-access.js';
import {
  actions,
  actionsOn,
  audiencesOf,
  authorOf,
  favouritesOf,
  may,
  mayChange,
  mayHaveOriginal,
  mayOn,
  mays,
  maySee,
  type Action,
  type May,
  type Viewer,
} from '../../src/access/permissions.js';
import { house, type Holder } from '../../src/document/item-id.js';
import { audiences, type Audience } from '../../src/document/photo-document.js';

const owner: Viewer = { role: 'owner', audiences: audiencesOf.owner, canEdit: true };
const family: Viewer = { role: 'family', audiences: audiencesOf.family, canEdit: false };
const editor: Viewer = { ...family, canEdit: true };
const visitor: Viewer = { role: 'visitor', audiences: audiencesOf.visitor, canEdit: false };
const link: Viewer = { role: 'link', audiences: audiencesOf.link, canEdit: false, scope: { search: 'x' } };
const program = (...list: May[]): Viewer => ({
  role: 'program',
  audiences: audiencesOf.program,
  may: list,
  canEdit: false,
});

/** The rows of the table in docs/access.md: action, owner, family, visitor, link, token. */
function documented(): string[][] {
  const page = readFileSync(join(import.meta.dirname, '../../docs/access.md'), 'utf8');
  return page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, 7)
        .map((cell) => cell.trim()),
    );
}

const said = (yes: boolean): string => (yes ? 'yes' : 'no');

/** What a link must give, so that whoever comes by it may. */
function saidOfLinks(action: Action): string {
  const given = [[], ['originals'], ['details'], ['originals', 'details'], ['uploads']] as const;
  const enough = given.filter((what) =>
    may({ ...link, ...Object.fromEntries(what.map((one) => [one, true])) }, action),
  );
  const [least] = enough;
  // What is enough stays so where a link gives more.
  expect(enough).toEqual(given.filter((what) => least?.every((one) => (what as readonly string[]).includes(one))));
  return least === undefined ? 'no' : least.length === 0 ? 'yes' : least.join(' and ');
}

describe('the table of permissions', () => {
  it('equals the one in docs/access.md', () => {
    const decided = actions.map((action) => {
      const tokens = mays.filter((one) => may(program(one), action));
      return [
        `\`${action}\``,
        said(may(owner, action)),
        may(family, action) ? 'yes' : may(editor, action) ? 'allowed' : 'no',
        said(may(visitor, action)),
        saidOfLinks(action),
        tokens.length === 0 ? 'none' : tokens.join(', '),
      ];
    });
    expect(documented()).toEqual(decided);
  });

  it.each(actions)('denies strangers %s', (action) => {
    expect(may(undefined, action)).toBe(false);
    expect(may(program(), action)).toBe(false);
  });

  it('gives tokens, even all together, no permission to change access', () => {
    const barred: Action[] = [
      'people',
      'peers',
      'links',
      'tokens',
      'settings',
      'audit',
      'own-session',
      'lock',
      'unlock',
    ];
    for (const action of barred) expect(may(program(...mays), action), action).toBe(false);
  });

  it('gives no role more than the one above it', () => {
    for (const action of actions) {
      if (may(visitor, action)) expect(may(family, action), action).toBe(true);
      if (may(family, action)) expect(may(editor, action), action).toBe(true);
      if (may(editor, action)) expect(may(owner, action), action).toBe(true);
      if (may(program('read'), action)) expect(may(program('edit'), action), action).toBe(true);
    }
  });
});

/** A decision for which these people exist, and nobody was given anything. */
const access = openItemAccess({
  ...{ find: () => undefined, isThere: () => true, hasAlbum: () => false },
  ...{ offers: () => [], itemsIn: () => new Set<string>() },
});
const claims = (audience: Audience, more: Partial<ItemClaims> = {}): ItemClaims => ({
  item: { holder: house, sha256: 'a'.repeat(64) },
  ...{ audience, trashed: false, archived: false, locked: false, guest: false, wasLocked: false },
  ...{ saw: {}, entries: [], ...more },
});
const anna = '1'.padStart(26, '0');
const person: Viewer = { ...family, person: anna };

describe('a photo', () => {
  it.each([
    ['owner', owner, ['private', 'family', 'public']],
    ['family', person, ['family', 'public']],
    ['visitor', visitor, ['public']],
    ['read token', program('read'), ['private', 'family', 'public']],
    ['upload token', program('upload', 'replicate', 'publish'), []],
    ['nobody', undefined, []],
  ] as const)('exists for %s by its audience', (_, viewer, expected) => {
    expect(audiences.filter((audience) => maySee(viewer, access, claims(audience)))).toEqual(expected);
  });

  it('exists for a link only in its scope', () => {
    for (const audience of audiences) {
      expect(maySee({ ...link, holds: (id) => id === 'a'.repeat(64) }, access, claims(audience))).toBe(true);
      expect(maySee({ ...link, holds: () => true }, access, claims(audience, { trashed: true }))).toBe(false);
      expect(maySee({ ...link, holds: () => false }, access, claims(audience))).toBe(false);
      expect(maySee(link, access, claims(audience))).toBe(false);
    }
  });

  it('has an original for viewers with access to originals', () => {
    expect([owner, family, program('read'), program('edit')].map((one) => mayHaveOriginal(one))).not.toContain(false);
    expect([visitor, undefined, program('upload')].map((one) => mayHaveOriginal(one))).not.toContain(true);
    for (const originals of [false, true])
      for (const details of [false, true])
        expect(mayHaveOriginal({ ...link, originals, details })).toBe(originals && details);
  });

  it('does not exist for family and visitors while in the trash', () => {
    const trashed = claims('public', { trashed: true });
    expect([owner, program('read')].map((one) => maySee(one, access, trashed))).toEqual([true, true]);
    expect([person, { ...editor, person: anna }, visitor].some((one) => maySee(one, access, trashed))).toBe(false);
  });

  it('of a person is changed by that person alone, whatever others may do in the library of the house', () => {
    const ben = '2'.padStart(26, '0');
    const changing = ['edit', 'history', 'share', 'trash'] as const;
    expect(changing.every((action) => mayOn(person, action, anna))).toBe(true);
    for (const other of [owner, { ...owner, person: ben }, { ...editor, person: ben }, visitor, link, program('edit')])
      expect(changing.some((action) => mayOn(other, action, anna))).toBe(false);
    expect(actionsOn({ ...owner, person: ben }, anna)).toEqual([
      'details',
      'original',
      'stripped',
      'comment',
      'favourite',
      'save',
    ]);
    expect(actionsOn(visitor, anna)).toEqual([]);
  });

  it('is saved by others who have a library, not by its holder, and not while locked', () => {
    const ben = '2'.padStart(26, '0');
    const saves = (viewer: Viewer | undefined, holder: Holder): boolean => actionsOn(viewer!, holder).includes('save');
    for (const one of [owner, family, editor]) expect(saves({ ...one, person: ben }, anna)).toBe(true);
    for (const one of [owner, family]) expect(saves({ ...one, person: ben }, house)).toBe(true);
    expect(saves({ ...owner, person: anna }, anna)).toBe(false);
    // An owner of a home without accounts, visitors, links and tokens have none.
    for (const one of [owner, visitor, link, program('edit'), { ...program('edit'), person: ben }])
      expect([saves(one, anna), saves(one, house)]).toEqual([false, false]);
    expect(mayOn({ ...person, person: ben, locked: true }, 'save', anna)).toBe(false);
  });

  it('has favourites of its holder, and of others by name', () => {
    const ben = '2'.padStart(26, '0');
    expect(favouritesOf(person, anna)).toBeUndefined();
    expect(favouritesOf(person)).toBe(`person:${anna}`);
    expect(favouritesOf({ ...owner, person: ben })).toBeUndefined();
    expect(favouritesOf({ ...owner, person: ben }, anna)).toBe(`person:${ben}`);
  });

  it('is edited by family with the owner’s permission, but not shared or trashed', () => {
    expect(mayChange(family, 'title')).toBe(false);
    expect((['title', 'tags', 'albums', 'rating', 'gps'] as const).every((field) => mayChange(editor, field))).toBe(
      true,
    );
    expect((['audience', 'trashed', 'reviewed', 'apart'] as const).some((field) => mayChange(editor, field))).toBe(
      false,
    );
    expect((['audience', 'trashed', 'reviewed', 'apart'] as const).every((field) => mayChange(owner, field))).toBe(
      true,
    );
    expect(mayChange(program('read'), 'title')).toBe(false);
    expect(mayChange(program('edit'), 'audience')).toBe(true);
  });
});

describe('the author of an edit', () => {
  it('is the person, the token, or the owner of a home without accounts', () => {
    expect(authorOf({ ...family, person: '01J' })).toBe('person:01J');
    expect(authorOf({ ...program('edit'), token: 'phone' })).toBe('token:phone');
    expect(authorOf(owner)).toBe('owner');
  });
});
