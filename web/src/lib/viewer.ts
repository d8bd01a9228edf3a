/** Who looks at the page, as the server tells it (docs/interface.md, `GET /api/session`). */
import type { Action } from '../../../src/access/permissions.js';

/** What somebody may be allowed to do (docs/access.md has the table). */
export type { Action };

/** The answer of `/api/session`. */
export interface SessionView {
  /** `null` where nobody is known and visitors are not let in. */
  role: 'owner' | 'family' | 'visitor' | 'program' | 'link' | null;
  person?: { id: string; name: string };
  /** True once there is an owner who signs in. */
  setUp: boolean;
  /** True where the page is open to visitors. */
  visitors: boolean;
  /** True where passkeys can work at this address. */
  passkeys: boolean;
  /** False where nobody signs in: on a public server. */
  signIn?: boolean;
  /** Until when this session may make lasting changes to access, UTC. */
  confirmedUntil?: string;
  /** Passkeys that were added before this session began, until it says that they were seen. */
  passkeysAdded?: { name: string; at: string }[];
  may: Action[];
}
