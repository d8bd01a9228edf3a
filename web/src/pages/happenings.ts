/** What the audit tells, in words. */
const known: Record<string, string> = {
  'signed-in': 'Signed in',
  'sign-in-failed': 'Could not sign in',
  'signed-out': 'Signed out',
  'session-ended': 'Was signed out of a device',
  'set-up': 'Became the owner',
  'person-added': 'Added someone',
  'person-changed': 'Changed someone',
  'person-removed': 'Removed someone',
  'change-waiting': 'Asked to change someone',
  'change-approved': 'Approved a change',
  'change-rejected': 'Rejected a change',
  invited: 'Made an invitation',
  'password-changed': 'Changed a password',
  'passkey-added': 'Added a passkey',
  'passkey-removed': 'Removed a passkey',
  'second-factor-on': 'Turned two-step sign-in on',
  'second-factor-off': 'Turned two-step sign-in off',
  'recovery-codes-made': 'Made new recovery codes',
  'recovery-code-used': 'Used a recovery code',
  'token-made': 'Made a token',
  'token-used': 'Used a token from a new place',
  'token-revoked': 'Revoked a token',
  'share-made': 'Made a link',
  'share-revoked': 'Ended a link',
  'share-failed': 'Wrong password for a link',
  'access-changed': 'Changed who is let in',
  'document-removed': 'Removed a document of another program',
};

/** A kind of entry in words; one that this page does not know is shown as the server calls it. */
export const happened = (what: string): string => known[what] ?? what;
