/**
 * The people of this album. A person is a replicated document `person:<ulid>`; each value is a register `{value, at,
 * by}`, so that two servers' documents merge by shape (document/merge-by-shape.ts). Credentials are never in it. A
 * local row holds the standing in effect on this server: the decisions of its owners, and rights removed by other
 * servers. Anything else in another server's document is pending until an owner here decides (access/pending-roles.ts).
 * A row and its document commit in one transaction, so a crash never separates them.
 */
import { ulid } from 'ulid';
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import type { MayShare } from '../document/share-link-view.js';
import { withRegisters } from '../document/overruled-registers.js';
import { format, type Body } from '../document/photo-document.js';
import type { Library } from '../library/library.js';
import { keyOfName, readName } from './account-names.js';
import { itemAccess } from './library-access.js';
import { openPeopleGrants } from './people-grants.js';
import { sharesBy } from './permissions.js';
import { readStanding, receive, standingKeys, waitingChange, type PersonRole, type Standing } from './pending-roles.js';

export { personRoles, type PersonRole } from './pending-roles.js';

/** A person with the standing in effect here. `canEdit` applies to family. */
export interface Person extends Omit<Standing, 'removed'> {
  /** A ULID. */
  id: string;
}

/** The changeable values of a person. */
export type PersonChange = Partial<Omit<Person, 'id'>>;

/** A change of a person in another server's document that an owner here has to decide. */
export interface WaitingChange {
  /** The person's id; `here` is their standing in effect on this server. */
  id: string;
  here: Standing;
  /** The values that would change. */
  change: Partial<Standing>;
  /** The edition of the document with this change; a later one with the same values differs. */
  edition: string;
  /** The source, as a name to display. */
  from?: string;
  /** The time of arrival, ms since 1970. */
  since?: number;
}

/** The effect of a document from another server. */
export interface ReceivedPerson {
  before: Standing | undefined;
  after: Standing;
  waiting?: WaitingChange;
}

/** The people of a library. */
export interface People {
  /** All people who are not removed. */
  all(): Person[];
  find(id: string): Person | undefined;
  /** All people with a name, ignoring case. This server allows at most one, but other servers may add more. */
  named(name: string): Person[];
  /** Adds a person. @throws PhotospoolError `invalid`, `conflict` if the name is taken. */
  add(person: { name: string; role: PersonRole }, by: string): Person;
  /** Changes a person. @throws PhotospoolError `invalid`, `conflict`, `not-found`. */
  change(id: string, change: PersonChange, by: string): Person;
  /** Removes a person on all servers; their edits stay. @throws PhotospoolError `not-found`. */
  remove(id: string, by: string): Person;
  /** Whether a person's public photos may be published. */
  publishes(id: string): boolean;
  /** Allows a person to publish, or stops it; false if nothing changed. @throws PhotospoolError `not-found`. */
  allowPublishing(id: string, isAllowed: boolean, by: string): boolean;
  /** The pending changes, by name. */
  waiting(): WaitingChange[];
  /**
   * Puts a pending change into effect. @throws PhotospoolError `not-found` if there is none, `conflict` if the name is
   * taken.
   */
  approve(id: string, by: string): Standing;
  /**
   * Restores the standing in effect here in the document. @throws PhotospoolError `not-found` if nothing is pending.
   */
  reject(id: string, by: string): Standing;
  /** Processes a person's document from another server. Undefined if it neither changes nor requests anything. */
  receive(id: string, isLast: boolean, from?: string): ReceivedPerson | undefined;
  /**
   * Applies the family’s grant set to a person in effect here: a removal or demotion in it applies at once. Undefined
   * if it changes nothing.
   */
  receiveEnds(id: string, from?: string): ReceivedPerson | undefined;
  /** The ids of all people whose document has changed since it was last processed. */
  unseen(): string[];
}

const prefix = 'person:';
const isId = (id: string): boolean => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id);

/** Set once the rows were created from the documents of an older version. */
const seeded = 'access.standings';

interface Columns {
  person: string;
  name: string;
  role: string;
  edits: number;
  removed: number;
  edition: string;
  refused: string | null;
  source: string | null;
  since: number | null;
}

/** Opens the people of a library. People from an older version keep the standing in their documents. */
export function openPeople(db: Sqlite, library: Library, clock: Pick<Clock, 'now'>): People {
  const core = openRows(db, library);
  const { all, find, named, keep, rows, rowOf, editionOf } = core;
  const people: People = {
    ...{ all, find, named },
    ...openDecisions(core, clock),
    ...openWaiting(core),
    ...openReceiving(core, clock),
    unseen() {
      const ids = new Set([...library.scan(prefix)].map(({ id }) => id.slice(prefix.length)));
      for (const { person } of rows()) ids.add(person);
      return [...ids].filter((id) => isId(id) && rowOf(id)?.edition !== editionOf(id));
    },
  };

  /** Runs once: creates the rows of people from an older version according to their documents. */
  function seed(): void {
    if (library.local.setting(seeded) === 'yes') return;
    for (const { id, body } of [...library.scan(prefix)]) {
      const said = readStanding(body);
      if (said && isId(id.slice(prefix.length))) keep(id.slice(prefix.length), said);
    }
    library.local.setSetting(seeded, 'yes');
  }
  library.transaction(seed);
  return people;
}

/** The rows of people, and their documents. */
type Core = ReturnType<typeof openRows>;

function openRows(db: Sqlite, library: Library) {
  const columns = 'person, name, role, edits, removed, edition, refused, source, since';
  const one = db.prepare<Columns>(`SELECT ${columns} FROM access_person WHERE person = ?`);
  const every = db.prepare<Columns>(`SELECT ${columns} FROM access_person ORDER BY person`);
  const put = db.prepare(`INSERT OR REPLACE INTO access_person (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const bodyOf = (id: string): Body | undefined => library.get(prefix + id)?.body;
  const editionOf = (id: string): string => readStanding(bodyOf(id))?.edition ?? '';

  /** Stores the effective standing, as decided for the current edition of the document. */
  function keep(id: string, { name, role, canEdit, removed }: Standing, more: Partial<Columns> = {}): void {
    const { refused = null, source = null, since = null } = more;
    put.run(id, name, role, Number(canEdit), Number(removed), editionOf(id), refused, source, since);
  }

  function rowOf(id: string): Columns | undefined {
    return isId(id) ? one.get(id) : undefined;
  }

  const rows = (): Columns[] => every.all();
  const all = (): Person[] => rows().flatMap((row) => personOf(row) ?? []);

  function find(id: string): Person | undefined {
    const row = rowOf(id);
    return row && personOf(row);
  }

  function known(id: string): Person {
    const person = find(id);
    if (person) return person;
    throw new PhotospoolError('not-found', 'This person doesn’t exist.', { op: 'find' });
  }

  function named(name: string): Person[] {
    const key = keyOfName(name);
    return all().filter((person) => keyOfName(person.name) === key);
  }

  function checkFree(name: string, but?: string): void {
    if (named(name).every(({ id }) => id === but)) return;
    throw new PhotospoolError('conflict', 'This name is already in use.', { hint: 'Choose another name.' });
  }

  /** Writes values into a document, each as a register with the same stamp. */
  function write(id: string, values: Partial<Standing>, by: string): void {
    const change = (body: Body | undefined): Body => {
      const at = library.stampAfter(body);
      const registers = Object.entries(values).map(([key, value]) => [key, { value, at, by }] as const);
      return withRegisters<Body>({ format, kind: 'person', ...body }, Object.fromEntries(registers));
    };
    try {
      library.update(prefix + id, change);
    } catch (error) {
      // An owner can remove a right here even if this version can't write the document.
      if (!(error instanceof PhotospoolError) || error.code !== 'newer-version') throw error;
    }
  }
  const grants = openPeopleGrants(library);
  return { library, bodyOf, editionOf, keep, rowOf, rows, all, find, known, named, checkFree, write, grants };
}

/** Decisions of an owner of this server. */
function openDecisions(
  core: Core,
  clock: Pick<Clock, 'now'>,
): Pick<People, 'add' | 'change' | 'remove' | 'publishes' | 'allowPublishing'> {
  const { library, bodyOf, keep, rowOf, known, checkFree, write, grants } = core;

  return {
    publishes: (id) => itemAccess(library).mayPublish(id),
    allowPublishing: (id, isAllowed, by) => library.transaction(() => grants.publishing(known(id).id, isAllowed, by)),
    add: ({ name: given, role }, by) =>
      library.transaction(() => {
        const name = readName(given);
        checkFree(name);
        const id = ulid(clock.now());
        const standing: Standing = { name, role, canEdit: false, removed: false };
        write(id, standing, by);
        keep(id, standing);
        return { id, name, role, canEdit: false };
      }),
    change: (id, { name: given, ...rest }, by) =>
      library.transaction(() => {
        const before = known(id);
        const name = given === undefined ? before.name : readName(given);
        if (name !== before.name) checkFree(name, id);
        const after: Person = { ...before, ...rest, name };
        const said = readStanding(bodyOf(id));
        const asked = (['name', 'role', 'canEdit'] as const).filter((key) =>
          key === 'name' ? given !== undefined : rest[key] !== undefined,
        );
        const changed = asked.filter((key) => after[key] !== (said ?? before)[key]);
        if (changed.length > 0) write(id, Object.fromEntries(changed.map((key) => [key, after[key]])), by);
        const { source, since } = rowOf(id)!;
        keep(id, { ...after, removed: false }, { source, since });
        grants.decided(id, { ...before, removed: false }, { ...after, removed: false }, by);
        return after;
      }),
    remove: (id, by) =>
      library.transaction(() => {
        const person = known(id);
        write(id, { removed: true }, by);
        keep(id, { ...person, removed: true });
        grants.decided(id, { ...person, removed: false }, { ...person, removed: true }, by);
        return person;
      }),
  };
}

/** The pending change for a row. */
function waitingOf({ bodyOf }: Core, row: Columns): WaitingChange | undefined {
  const said = readStanding(bodyOf(row.person));
  const change = waitingChange(standingOf(row), said);
  const edition = said?.edition ?? '';
  if (!change || row.refused === edition) return undefined;
  return {
    ...{ id: row.person, here: standingOf(row), change, edition },
    ...(row.source !== null && { from: row.source }),
    ...(row.since !== null && { since: row.since }),
  };
}

/** Changes in other servers' documents that grant more: they are pending until an owner decides. */
function openWaiting(core: Core): Pick<People, 'waiting' | 'approve' | 'reject'> {
  const { library, bodyOf, editionOf, keep, rowOf, rows, checkFree, write, grants } = core;

  /** The pending change of a person. @throws PhotospoolError `not-found`. */
  function asked(id: string): WaitingChange {
    const row = rowOf(id);
    const waiting = row && waitingOf(core, row);
    if (waiting) return waiting;
    throw new PhotospoolError('not-found', 'There are no pending changes for this person.', { op: 'find' });
  }

  return {
    waiting: () =>
      rows()
        .flatMap((row) => waitingOf(core, row) ?? [])
        .sort((a, b) => a.here.name.localeCompare(b.here.name)),
    approve: (id, by) =>
      library.transaction(() => {
        const { here, change } = asked(id);
        const after = { ...here, ...change };
        if (!after.removed) checkFree(after.name, id);
        keep(id, after);
        grants.decided(id, here, after, by);
        return after;
      }),
    reject: (id, by) =>
      library.transaction(() => {
        const { here, change } = asked(id);
        const isReadable = readStanding(bodyOf(id)) !== undefined;
        const keys = isReadable ? standingKeys.filter((key) => change[key] !== undefined) : standingKeys;
        write(id, Object.fromEntries(keys.map((key) => [key, here[key]])), by);
        // A stamp beyond every clock keeps the change in the document; it is not pending again.
        keep(id, here, { refused: editionOf(id) });
        grants.kept(id, here, by);
        return here;
      }),
  };
}

/** Documents from other servers: values that grant less apply at once. */
function openReceiving(core: Core, clock: Pick<Clock, 'now'>): Pick<People, 'receive' | 'receiveEnds'> {
  const { library, bodyOf, keep, rowOf } = core;

  function received(id: string, row: Columns | undefined, after: Standing, from: string | undefined): ReceivedPerson {
    keep(id, after, { refused: row?.refused ?? null, source: from ?? null, since: clock.now() });
    const waiting = waitingOf(core, rowOf(id)!);
    return { before: row && standingOf(row), after, ...(waiting && { waiting }) };
  }

  return {
    receive: (id, isLast, from) =>
      library.transaction(() => {
        if (!isId(id)) return undefined;
        const row = rowOf(id);
        const said = readStanding(bodyOf(id));
        if (row && row.edition === (said?.edition ?? '')) return undefined;
        const after = receive(row && standingOf(row), said, isLast);
        return after && received(id, row, after, from);
      }),
    receiveEnds: (id, from) =>
      library.transaction(() => {
        const row = rowOf(id);
        // The person’s own document is processed separately, or was rejected here.
        if (!row || row.removed === 1 || !library.controls.isUsed() || !library.controls.isThere(id)) return undefined;
        const [before, access] = [standingOf(row), itemAccess(library)];
        const isRemoved = !access.isMember(id);
        // A demotion of the last owner that is also in their document is pending until an owner decides.
        const isWaiting = waitingOf(core, row)?.change.role === 'family';
        const isDemoted = !isWaiting && before.role === 'owner' && !access.keepsRole(id);
        if (!isRemoved && !isDemoted) return undefined;
        const less = isDemoted && ({ role: 'family', canEdit: false } as const);
        return received(id, row, { ...before, removed: isRemoved, ...less }, from);
      }),
  };
}

function standingOf({ name, role, edits, removed }: Columns): Standing {
  return { name, role: role === 'owner' ? 'owner' : 'family', canEdit: edits === 1, removed: removed === 1 };
}

function personOf(row: Columns): Person | undefined {
  const { removed, ...standing } = standingOf(row);
  return removed ? undefined : { id: row.person, ...standing };
}

/** Decides who has the right to share, based on the documents of people (`sharesBy`), so that all servers agree. */
export const openMayShare =
  (bodyOf: (id: string) => Body | undefined): MayShare =>
  (author, how) =>
    sharesBy(author, how, (id) => {
      const said = readStanding(bodyOf(prefix + id));
      return said?.removed === false ? said.role : undefined;
    });
