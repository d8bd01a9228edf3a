/** Entries of the audit log in words. */
import { m } from '../../lib/messages.js';

/** A kind of entry in words; an unknown one is shown unchanged. */
export const happened = (what: string): string => m.audit.entries[what] ?? what;
