/**
 * An owner's decisions about stuck files: retry, import as they are, ignore, or move to the trash. A decision is
 * durable before it is answered; a crash leaves it carried out for some of the files, and no file is lost.
 */
import { printable } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Claim, Claims } from './claims.js';
import { isOwn } from './claim-record.js';
import { house } from '../document/item-id.js';
import { logFile } from './file-log.js';
import { holderIn } from './retry-schedule.js';
import type { Chosen, Sees, StuckNames } from './spool-interface.js';
import { ofHouse } from './spool-view.js';

/** The decisions about the stuck claims of a processor. */
export interface Choices {
  /** The chosen claims, and the names that match none. */
  find(names: StuckNames, sees?: Sees): { claims: Claim[]; unknown: string[] };
  /**
   * Records that files may be archived in their current state. If the disk rejects the record, this process remembers
   * it.
   */
  allow(claims: readonly Claim[]): Promise<void>;
  /** Leaves files in place, without retries, while they do not change. @throws disk errors. */
  ignore(names: StuckNames, sees?: Sees): Promise<Chosen>;
  /** Moves files to the trash of the spool. @throws disk errors; files moved before stay moved. */
  discard(names: StuckNames, sees?: Sees): Promise<Chosen>;
}

/** Opens the decisions. `stuck` are the claims that are not being processed. */
export function openChoices(stuck: Map<string, Claim>, claims: Claims, log: Log): Choices {
  function find(names: StuckNames, sees: Sees = ofHouse): { claims: Claim[]; unknown: string[] } {
    const callsOf = ({ id, item }: Claim): string[] => [id, item.name, printable(item.name)];
    const wanted = new Set(names);
    const found = [...stuck.values()].filter(
      (claim) =>
        sees(holderIn(claim.id, claim.item).holder ?? house) &&
        (names === 'all' || callsOf(claim).some((name) => wanted.has(name))),
    );
    const known = new Set(found.flatMap(callsOf));
    return { claims: found, unknown: names === 'all' ? [] : names.filter((name) => !known.has(name)) };
  }

  /** Applies an action to claims whose problem is in the file itself; for others there is no decision to make. */
  async function decide(
    names: StuckNames,
    sees: Sees | undefined,
    act: (claim: Claim) => Promise<void>,
  ): Promise<Chosen> {
    const { claims: found, unknown } = find(names, sees);
    const chosen: Chosen = { chosen: [], refused: [], unknown };
    for (const claim of found) {
      const own = isOwn(claim.item) && claim.item.via === undefined && !claim.unread;
      // It may be in progress by now, or done.
      if (own && stuck.get(claim.id) === claim) await act(claim);
      (own ? chosen.chosen : chosen.refused).push(claim.item.name);
    }
    return chosen;
  }

  return {
    find,
    async allow(found) {
      for (const claim of found) {
        if (claim.item.tried === undefined) continue;
        claim.item.asIs = claim.item.tried;
        await claims
          .save(claim)
          .catch((err: unknown) => log.debug({ claim: claim.id, err }, 'a choice could not be saved'));
      }
    },
    ignore: (names, sees) =>
      decide(names, sees, async (claim) => {
        const { next: _next, ...item } = claim.item;
        const before = claim.item;
        claim.item = { ...item, ...(item.tried !== undefined && { ignored: item.tried }) };
        await claims.save(claim).catch((error: unknown) => {
          claim.item = before;
          throw error;
        });
      }),
    discard: (names, sees) =>
      decide(names, sees, async (claim) => {
        stuck.delete(claim.id);
        await claims.discard(claim).catch((error: unknown) => {
          stuck.set(claim.id, claim);
          throw error;
        });
        const { name } = claim.item;
        logFile(log, 'info', {
          ...{ ...holderIn(claim.id, claim.item), fields: { name, claim: claim.id } },
          ...{
            text: `${printable(name)} was moved to the trash.`,
            ofPerson: 'A file of a person was moved to the trash.',
          },
        });
      }),
  };
}
