/**
 * Access to a public server: every request is a visitor's, even from this machine, which may run a proxy. There is no
 * sign-in. A token with `publish` makes its holder a peer; other tokens grant nothing. publishing/publisher-registry.ts
 * decides which database the peer reaches.
 */
import type { Access } from './access.js';
import { audiencesOf, type Viewer } from './permissions.js';

const visitor: Viewer = { role: 'visitor', audiences: audiencesOf.visitor, canEdit: false };

/** The access of a home, restricted to a public server. */
export function publicAccess(access: Access): Access {
  const settings = { setUp: true, visitors: true, familyEdits: false } as const;
  return {
    ...access,
    settings: { ...access.settings, read: () => settings },
    recognise({ token }) {
      if (token === undefined) return visitor;
      const found = access.recognise({ token, direct: false });
      if (found?.token === undefined || found.may?.includes('publish') !== true) return undefined;
      return {
        role: 'program',
        audiences: [],
        token: found.token,
        name: found.token,
        may: ['replicate'],
        canEdit: false,
      };
    },
  };
}
