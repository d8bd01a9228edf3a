/** The gate of people's libraries in a home: for its server, and for commands beside it. It holds no resources. */
import { listTokens } from '../access/api-tokens.js';
import { systemClock as clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';
import { openPeopleGate, type PeopleGate } from '../sync/connections/people-gate.js';
import type { GateParts } from '../sync/connections/people-gate.js';

/** Opens the gate. */
export const openHomeGate = ({ db, library }: { db: Sqlite; library: GateParts['library'] }): PeopleGate =>
  openPeopleGate({ db, library, clock, tokens: () => listTokens(db) });
