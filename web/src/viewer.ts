/** Who looks at the page, as the server tells it (docs/interface.md, `GET /api/session`). */

/** What a person may be allowed to do (docs/security.md has the table). */
export type Action =
  | 'see'
  | 'edit'
  | 'upload'
  | 'comment'
  | 'favourite'
  | 'spool'
  | 'people'
  | 'tokens'
  | 'settings'
  | 'audit'
  | 'own-session';

/** The answer of `/api/session`. */
export interface SessionView {
  /** `null` where nobody is known and visitors are not let in. */
  role: 'owner' | 'family' | 'visitor' | 'program' | null;
  person?: { id: string; name: string };
  /** True once there is an owner who signs in. */
  setUp: boolean;
  /** True where the page is open to visitors. */
  visitors: boolean;
  /** True where passkeys can work at this address. */
  passkeys: boolean;
  may: Action[];
}
