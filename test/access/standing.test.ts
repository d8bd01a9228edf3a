import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPromotion, rankOf, receive, waitingChange, type Standing } from '../../src/access/pending-roles.js';
import { commandLine } from '../../src/access/actor.js';
import { day, entered, good, openTestAccess, visit, type TestAccess } from './fixture.js';

const standing = fc.record<Standing>({
  name: fc.constantFrom('Ada', 'Bob'),
  role: fc.constantFrom('owner', 'family'),
  canEdit: fc.boolean(),
  removed: fc.boolean(),
});

describe('the standing in force', () => {
  it('never grows, whatever documents say and in whatever order', () => {
    fc.assert(
      fc.property(standing, fc.array(fc.option(standing, { nil: undefined })), fc.boolean(), (start, said, isLast) => {
        let here = start;
        for (const one of said) {
          const next = receive(here, one, isLast)!;
          expect(isPromotion(here, next)).toBe(false);
          expect(next.name).toBe(here.name);
          if (isLast) expect(next).toEqual(here);
          here = next;
        }
      }),
    );
  });

  it('is family for a new person, and the rest of their document is pending', () => {
    fc.assert(
      fc.property(standing, (said) => {
        const here = receive(undefined, said, false)!;
        expect(rankOf(here)).toBe(0);
        expect(waitingChange(here, said) !== undefined).toBe(!said.removed && rankOf(said) > 0);
      }),
    );
  });

  it('together with the pending changes equals the document', () => {
    fc.assert(
      fc.property(standing, standing, (before, said) => {
        const here = receive(before, said, false)!;
        const after = { ...here, ...waitingChange(here, said) };
        if (said.removed) expect(after.removed).toBe(true);
        else expect({ ...after, canEdit: rankOf(after) }).toEqual({ ...said, canEdit: rankOf(said) });
      }),
    );
  });
});

/** Two homes; `send` brings all people of one to the other, as a peer of that name does. */
function mesh(): { a: TestAccess; b: TestAccess; send: (from: TestAccess, to: TestAccess, name?: string) => void } {
  const send = (from: TestAccess, to: TestAccess, name = 'laptop'): void => {
    const docs = [...from.library.scan('person:')].flatMap(({ id }) =>
      from.library.leaves(id).map(({ rev }) => {
        const { revisions, deleted, body } = from.library.revision(id, rev)!;
        return { id, revisions, deleted, body };
      }),
    );
    to.library.insert(docs, { from: name });
  };
  return { a: openTestAccess(), b: openTestAccess(), send };
}

const notes = (access: TestAccess): string[] =>
  access.audit.list(100).entries.map(({ what, who = '', detail = '' }) => `${what} ${who}: ${detail}`);
const role = (access: TestAccess, id: string): string | undefined => access.people.find(id)?.role;

describe('a document of another server', () => {
  it('makes nobody an owner: that is pending, and the audit log names the sender', async () => {
    const { a, b, send } = mesh();
    await a.join('Ada', 'owner');
    const kid = await a.join('Kid');
    const { session } = entered(await a.signing.byPassword('Kid', good, visit()));
    send(a, b);
    b.accounts.approve(b.accounts.waiting()[0]!.id, b.accounts.waiting()[0]!.edition, commandLine);
    // Whoever has a token of `a` that may replicate writes what they like.
    b.people.change(kid, { role: 'owner', canEdit: true, name: 'Boss' }, `person:${kid}`);
    send(b, a, 'token laptop');
    expect(a.people.find(kid)).toEqual({ id: kid, name: 'Kid', role: 'family', canEdit: false });
    expect(a.recognise({ session, direct: false })).toMatchObject({ role: 'family', name: 'Kid', canEdit: false });
    expect(a.accounts.waiting()).toMatchObject([
      { id: kid, change: { name: 'Boss', role: 'owner', canEdit: true }, from: 'token laptop' },
    ]);
    expect(notes(a)[0]).toBe('change-waiting token laptop: Kid: now called Boss, family to owner, may edit');
  });

  it('that is approved takes effect, and only the version that was shown', async () => {
    const { a, b, send } = mesh();
    await a.join('Ada', 'owner');
    const kid = await a.join('Kid');
    send(a, b);
    b.people.change(kid, { canEdit: true }, 'owner');
    send(b, a);
    const [first] = a.accounts.waiting();
    b.people.change(kid, { role: 'owner' }, 'owner');
    send(b, a);
    expect(() => a.accounts.approve(kid, first!.edition, commandLine)).toThrow(
      /pending changes for this person have changed/,
    );
    const [second] = a.accounts.waiting();
    a.accounts.approve(kid, second!.edition, commandLine);
    expect(a.people.find(kid)).toMatchObject({ role: 'owner', canEdit: true });
    expect(a.accounts.waiting()).toEqual([]);
    expect(notes(a)[0]).toBe('change-approved command line: Kid: family to owner, may edit');
    expect(() => a.accounts.approve(kid, second!.edition, commandLine)).toThrow(/no pending changes/);
  });

  it('that is rejected is reverted everywhere', async () => {
    const { a, b, send } = mesh();
    await a.join('Ada', 'owner');
    const kid = await a.join('Kid');
    send(a, b);
    b.people.change(kid, { role: 'owner' }, 'owner');
    send(b, a);
    a.accounts.reject(kid, a.accounts.waiting()[0]!.edition, commandLine);
    expect(a.accounts.waiting()).toEqual([]);
    expect(role(a, kid)).toBe('family');
    send(a, b);
    expect(role(b, kid)).toBe('family');
    // The same wish once more is asked once more.
    b.people.change(kid, { role: 'owner' }, 'owner');
    send(b, a);
    expect(a.accounts.waiting()).toHaveLength(1);
  });

  it('that removes or demotes applies at once, and reversing it is pending', async () => {
    const { a, b, send } = mesh();
    await a.join('Ada', 'owner');
    const [kid, bob] = [await a.join('Kid'), await a.join('Bob', 'owner')];
    const { session } = entered(await a.signing.byPassword('Kid', good, visit()));
    send(a, b);
    for (const { id, edition } of b.accounts.waiting()) b.accounts.approve(id, edition, commandLine);
    b.people.remove(kid, 'owner');
    b.people.change(bob, { role: 'family' }, 'owner');
    send(b, a);
    expect(a.people.find(kid)).toBeUndefined();
    expect(role(a, bob)).toBe('family');
    expect(notes(a)).toEqual(
      expect.arrayContaining([
        'person-removed laptop: Kid: removed, by replication',
        'person-changed laptop: Bob: owner to family, by replication',
      ]),
    );
    expect(a.accounts.waiting()).toEqual([]);
    // As a hostile program would: it writes the registers anew, with a greater stamp.
    const at = '000999999999999-0000-zz';
    const back = (value: unknown) => ({ value, at, by: 'x' });
    b.library.update(`person:${kid}`, (body) => ({ ...body!, removed: back(false) }));
    b.library.update(`person:${bob}`, (body) => ({ ...body!, role: back('owner') }));
    send(b, a);
    expect(a.people.find(kid)).toBeUndefined();
    expect(a.recognise({ session, direct: false })).toBeUndefined();
    expect(role(a, bob)).toBe('family');
    expect(a.accounts.waiting().map(({ change }) => change)).toEqual([{ role: 'owner' }, { removed: false }]);
    const waiting = a.accounts.waiting().find(({ id }) => id === kid)!;
    a.accounts.approve(kid, waiting.edition, commandLine);
    expect(a.people.find(kid)).toMatchObject({ name: 'Kid' });
    // Their session ended with the removal.
    expect(a.recognise({ session, direct: false })).toBeUndefined();
    expect(await a.signing.byPassword('Kid', good, visit())).toMatchObject({ kind: 'in' });
  });

  it('neither removes nor demotes the last owner who can sign in here', async () => {
    const { a, b, send } = mesh();
    const ada = await a.join('Ada', 'owner');
    send(a, b);
    for (const { id, edition } of b.accounts.waiting()) b.accounts.approve(id, edition, commandLine);
    b.people.change(ada, { role: 'family' }, 'owner');
    send(b, a);
    expect(role(a, ada)).toBe('owner');
    expect(a.accounts.waiting()).toMatchObject([{ change: { role: 'family' } }]);
    const { edition } = a.accounts.waiting()[0]!;
    expect(() => a.accounts.approve(ada, edition, commandLine)).toThrow(/only owner/);
    // It goes on waiting when somebody else can sign in: nothing happens by itself later.
    await a.join('Bob', 'owner');
    a.again();
    expect(role(a, ada)).toBe('owner');
    a.accounts.approve(ada, edition, commandLine);
    expect(role(a, ada)).toBe('family');
  });

  it.each([
    ['deleted', (body: object) => ({ ...body, purged: { at: '000999999999999-0000-zz', by: 'x' } })],
    ['unreadable', () => ({ format: 1, kind: 'photo' })],
    ['removed', (body: object) => ({ ...body, removed: { value: true, at: '000999999999999-0000-zz', by: 'x' } })],
  ] as const)('that is %s removes a person, but not the last owner', async (_what, spoil) => {
    const { a, b, send } = mesh();
    const [ada, kid] = [await a.join('Ada', 'owner'), await a.join('Kid')];
    send(a, b);
    for (const id of [ada, kid]) b.library.update(`person:${id}`, (body) => spoil(body!));
    const docs = [ada, kid].flatMap((id) =>
      b.library.leaves(`person:${id}`).map(({ rev }) => ({
        ...b.library.revision(`person:${id}`, rev)!,
      })),
    );
    a.library.insert(docs, { from: 'laptop' });
    expect(a.people.find(kid)).toBeUndefined();
    expect(role(a, ada)).toBe('owner');
    expect(a.accounts.waiting()).toMatchObject([{ id: ada, change: { removed: true } }]);
    a.accounts.reject(ada, a.accounts.waiting()[0]!.edition, commandLine);
    expect(a.library.get(`person:${ada}`)?.body).toMatchObject({ removed: { value: false }, role: { value: 'owner' } });
  });

  it('of both owners at once leaves one of them', async () => {
    const { a, b, send } = mesh();
    const [ada, bob] = [await a.join('Ada', 'owner'), await a.join('Bob', 'owner')];
    send(a, b);
    for (const { id, edition } of b.accounts.waiting()) b.accounts.approve(id, edition, commandLine);
    for (const id of [ada, bob]) b.people.remove(id, 'owner');
    send(b, a);
    expect(a.people.all()).toHaveLength(1);
    expect(a.people.all()[0]).toMatchObject({ role: 'owner' });
  });

  it('that was replayed, or merged with a decision made here, changes nothing in force', async () => {
    const { a, b, send } = mesh();
    await a.join('Ada', 'owner');
    const kid = await a.join('Kid');
    send(a, b);
    b.people.change(kid, { role: 'owner' }, 'owner');
    // Decided here meanwhile: a conflict, whose merge says owner and may edit.
    a.accounts.change(kid, { canEdit: true }, commandLine);
    send(b, a);
    send(b, a);
    expect(a.people.find(kid)).toMatchObject({ role: 'family', canEdit: true });
    expect(notes(a).filter((note) => note.startsWith('change-waiting'))).toHaveLength(1);
  });

  it('with a stamp beyond every clock can be rejected permanently', async () => {
    const { a, b, send } = mesh();
    await a.join('Ada', 'owner');
    const kid = await a.join('Kid');
    send(a, b);
    const at = '999999999999000-0000-zz';
    b.library.update(`person:${kid}`, (body) => ({ ...body!, role: { value: 'owner', at, by: 'x' } }));
    send(b, a);
    a.accounts.reject(kid, a.accounts.waiting()[0]!.edition, commandLine);
    expect(a.accounts.waiting()).toEqual([]);
    send(b, a);
    expect([role(a, kid), a.accounts.waiting()]).toEqual(['family', []]);
  });
});

describe('a second server', () => {
  it('takes its first owner from replicated people, by the set-up link', async () => {
    const { a, b, send } = mesh();
    const ada = await a.join('Ada', 'owner');
    await a.join('Bob', 'owner');
    send(a, b);
    expect(role(b, ada)).toBe('family');
    const { code } = b.codes.draw('');
    const { person, session } = entered(await b.signing.bySetUp(code, 'ada', good, visit()));
    expect(person).toBe(ada);
    expect(b.recognise({ session, direct: false })).toMatchObject({ role: 'owner', name: 'Ada' });
    expect(b.people.named('Ada')).toHaveLength(1);
    // The others wait for her.
    expect(b.accounts.waiting()).toMatchObject([{ here: { name: 'Bob' }, change: { role: 'owner' } }]);
  });

  it('may have a first owner of its own, who is not confused with family of that name', async () => {
    const { a, b, send } = mesh();
    await a.join('Ada', 'owner');
    await a.join('Kid');
    send(a, b);
    const { code } = b.codes.draw('');
    await expect(b.signing.bySetUp(code, 'Kid', good, visit())).rejects.toMatchObject({ code: 'conflict' });
    expect(await b.signing.bySetUp(code, 'Cabin', good, visit())).toMatchObject({ kind: 'in' });
  });
});

describe('an older home', () => {
  it('keeps its people unchanged', async () => {
    const access = openTestAccess();
    const [ada, kid] = [await access.join('Ada', 'owner'), await access.join('Kid')];
    const gone = await access.join('Gone');
    access.accounts.remove(gone, commandLine);
    access.people.change(kid, { canEdit: true }, 'owner');
    // As the version before left it.
    access.db.exec("DROP TABLE access_person; DELETE FROM setting WHERE name = 'access.standings'");
    access.clock.advance(day);
    const again = access.again();
    expect(again.people.find(ada)).toMatchObject({ role: 'owner' });
    expect(again.people.find(kid)).toMatchObject({ role: 'family', canEdit: true });
    expect(again.people.find(gone)).toBeUndefined();
    expect(again.accounts.waiting()).toEqual([]);
  });

  it('after use by an older version asks about extended rights, and accepts reduced ones', async () => {
    const access = openTestAccess();
    await access.join('Ada', 'owner');
    const kid = await access.join('Kid');
    const register = (value: unknown) => ({ value, at: access.library.stamp(), by: 'owner' });
    access.library.update(`person:${kid}`, (body) => ({ ...body!, role: register('owner') }));
    const again = access.again();
    expect(again.people.find(kid)).toMatchObject({ role: 'family' });
    expect(again.accounts.waiting()).toMatchObject([{ id: kid, change: { role: 'owner' } }]);
  });
});
