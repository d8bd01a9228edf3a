/**
 * How far a replication came, by what both sides remember. Each keeps the same note; where one of them was restored from
 * a backup, they differ, and the newest session that both know tells where to go on. Pure.
 */
import type { Checkpoint } from './database.js';

/** Where everything begins. */
const beginning = '0';
/** Notes of one session, and sessions, that are remembered. */
const most = { ofSession: 20, sessions: 50 };

type Note = Checkpoint['history'][number];

/** The sequence from which to go on: of the newest note that both sides have. */
export function commonPoint(source: Checkpoint | undefined, target: Checkpoint | undefined): string {
  const known = new Set(notesOf(target).map(keyOf));
  return notesOf(source).find((note) => known.has(keyOf(note)))?.seq ?? beginning;
}

const keyOf = ({ session, seq }: Note): string => `${session} ${seq}`;

const notesOf = (checkpoint: Checkpoint | undefined): Note[] =>
  checkpoint ? [{ session: checkpoint.session, seq: checkpoint.seq }, ...checkpoint.history] : [];

/** The next note. Of a session that has ended, only its last is remembered. */
export function nextCheckpoint(last: Checkpoint | undefined, session: string, seq: string): Checkpoint {
  const notes = notesOf(last);
  const mine = notes.filter((note) => note.session === session).slice(0, most.ofSession);
  const others = new Map<string, Note>();
  for (const note of notes) if (note.session !== session && !others.has(note.session)) others.set(note.session, note);
  return { session, seq, history: [...mine, ...[...others.values()].slice(0, most.sessions)] };
}
