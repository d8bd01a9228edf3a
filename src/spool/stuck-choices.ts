/**
 * What an owner does with stuck files: tries them again, wants them as they are, does not care, or throws them away. What is
 * chosen is written down before it is answered; a crash in the middle leaves it done for some of them, and none is lost.
 */
import { printable } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Claim, Claims } from './claims.js';
import { isOwn } from './claim-record.js';
import type { Chosen, StuckNames } from './spool-interface.js';

/** The choices over the stuck claims of a hand. */
export interface Choices {
  /** The chosen claims, and those of the names that nothing stuck has. */
  find(names: StuckNames): { claims: Claim[]; unknown: string[] };
  /** Writes down that files may be archived as they look now. Where the disk takes no record, that is known in this process. */
  allow(claims: readonly Claim[]): Promise<void>;
  /** Leaves files where they are, untried, as long as they look as they do now. @throws what the disk says. */
  ignore(names: StuckNames): Promise<Chosen>;
  /** Moves files into the trash of the spool. @throws what the disk says; what was moved stays moved. */
  discard(names: StuckNames): Promise<Chosen>;
}

/** Opens the choices. `stuck` are the claims that nobody works on. */
export function openChoices(stuck: Map<string, Claim>, claims: Claims, log: Log): Choices {
  function find(names: StuckNames): { claims: Claim[]; unknown: string[] } {
    const callsOf = ({ id, item }: Claim): string[] => [id, item.name, printable(item.name)];
    const wanted = new Set(names);
    const found = [...stuck.values()].filter(
      (claim) => names === 'all' || callsOf(claim).some((name) => wanted.has(name)),
    );
    const known = new Set(found.flatMap(callsOf));
    return { claims: found, unknown: names === 'all' ? [] : names.filter((name) => !known.has(name)) };
  }

  /** Does something to those of the claims whose trouble is their file's own; nothing else is a person's to decide. */
  async function decide(names: StuckNames, act: (claim: Claim) => Promise<void>): Promise<Chosen> {
    const { claims: found, unknown } = find(names);
    const chosen: Chosen = { chosen: [], refused: [], unknown };
    for (const claim of found) {
      const own = isOwn(claim.item) && claim.item.via === undefined && !claim.unread;
      // It may be in work meanwhile, or done.
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
          .catch((err: unknown) => log.debug({ claim: claim.id, err }, 'a choice was not written down'));
      }
    },
    ignore: (names) =>
      decide(names, async (claim) => {
        const { next: _next, ...item } = claim.item;
        const before = claim.item;
        claim.item = { ...item, ...(item.tried !== undefined && { ignored: item.tried }) };
        await claims.save(claim).catch((error: unknown) => {
          claim.item = before;
          throw error;
        });
      }),
    discard: (names) =>
      decide(names, async (claim) => {
        stuck.delete(claim.id);
        await claims.discard(claim).catch((error: unknown) => {
          stuck.set(claim.id, claim);
          throw error;
        });
        log.info({ name: claim.item.name, claim: claim.id }, `${printable(claim.item.name)} was moved to the trash.`);
      }),
  };
}
