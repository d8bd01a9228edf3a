/**
 * The common checkpoint of a replication, from the notes on both sides. Each side keeps the same note; after one of
 * them was restored from a backup they differ, and the newest session in both gives the position to resume. Pure.
 */
import type { Checkpoint } from './database.js';

/** The sequence before all changes. */
const beginning = '0';
/** Maximum history entries per session, and of sessions. */
const most = { ofSession: 20, sessions: 50 };

type Note = Checkpoint['history'][number];

/** The sequence to resume from: the newest one that both notes contain. */
export function commonPoint(source: Checkpoint | undefined, target: Checkpoint | undefined): string {
  const known = new Set(notesOf(target).map(keyOf));
  return notesOf(source).find((note) => known.has(keyOf(note)))?.seq ?? beginning;
}

const keyOf = ({ session, seq }: Note): string => `${session} ${seq}`;

const notesOf = (checkpoint: Checkpoint | undefined): Note[] =>
  checkpoint ? [{ session: checkpoint.session, seq: checkpoint.seq }, ...checkpoint.history] : [];

/** The next note. Of a finished session only the last entry is kept. */
export function nextCheckpoint(last: Checkpoint | undefined, session: string, seq: string): Checkpoint {
  const notes = notesOf(last);
  const mine = notes.filter((note) => note.session === session).slice(0, most.ofSession);
  const others = new Map<string, Note>();
  for (const note of notes) if (note.session !== session && !others.has(note.session)) others.set(note.session, note);
  return { session, seq, history: [...mine, ...[...others.values()].slice(0, most.sessions)] };
}
