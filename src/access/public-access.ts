/**
 * Access to a public server: whoever comes is a visitor, also at this machine itself, for a proxy may stand there. Nobody
 * signs in. A token that may `publish` makes its bearer a peer, and every other token nothing: which database the peer
 * reaches, publishing/publisher-registry.ts says.
 */
import type { Access } from './access.js';
import { audiencesOf, type Viewer } from './permissions.js';

const visitor: Viewer = { role: 'visitor', audiences: audiencesOf.visitor, canEdit: false };

/** The access of a home, as a public server has it. */
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
