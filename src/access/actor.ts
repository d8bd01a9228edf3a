/** Who does something to access: as documents keep it, and as the audit shows it to people. Pure. */
import { authorOf, type Viewer } from './rights.js';

/** Who does something to access. */
export interface Actor {
  /** As `authorOf` writes it. */
  by: string;
  /** A name for people to read. */
  who: string;
  address?: string;
}

/** The actor that a viewer is. */
export function actorOf(viewer: Viewer, address?: string): Actor {
  const who = viewer.name ?? viewer.role;
  return { by: authorOf(viewer), who, ...(address !== undefined && { address }) };
}

/** Whoever types a command at this machine. */
export const commandLine: Actor = { by: 'owner', who: 'command line' };
