/** Compares files of this device with the originals on the server, by their hashes. Only the hashes are sent. */
import { toApiError, type ApiError } from '../../lib/api.js';
import { hashOf } from '../upload/hash-worker-client.js';
import { fetchSafety, type Safety } from './phone-api.js';

/** Why a file should stay on the device. */
export type Risk = 'missing' | 'trashed' | 'unreadable';

/** A file that should stay on the device. */
export interface AtRisk {
  file: File;
  risk: Risk;
}

/** The result of a check. */
export interface SafetyResult {
  safe: number;
  /** In the order in which they were chosen. */
  atRisk: AtRisk[];
}

const riskOf: Record<'trashed' | 'null', Risk> = { trashed: 'trashed', null: 'missing' };

/** A check of chosen files. A new one replaces the previous one. */
export class SafetyCheck {
  /** The files that were read so far, and all of them; undefined while nothing is checked. */
  progress: { done: number; all: number } | undefined = $state();
  result: SafetyResult | undefined = $state.raw();
  trouble: ApiError | undefined = $state.raw();

  #turn = 0;

  /** Checks files. Never rejects. */
  async check(files: readonly File[]): Promise<void> {
    const turn = ++this.#turn;
    this.result = undefined;
    this.trouble = undefined;
    this.progress = { done: 0, all: files.length };
    try {
      const hashes: (string | undefined)[] = [];
      for (const file of files) {
        hashes.push(await hashOf(file));
        if (turn !== this.#turn) return;
        this.progress = { done: hashes.length, all: files.length };
      }
      const known = await fetchSafety(hashes.filter((hash) => hash !== undefined));
      if (turn === this.#turn) this.result = resultOf(files, hashes, known);
    } catch (error) {
      if (turn === this.#turn) this.trouble = toApiError(error);
    }
    if (turn === this.#turn) this.progress = undefined;
  }

  /** Stops the check that is in progress. */
  stop(): void {
    this.#turn++;
    this.progress = undefined;
  }
}

function resultOf(
  files: readonly File[],
  hashes: readonly (string | undefined)[],
  known: readonly Safety[],
): SafetyResult {
  const states = known.values();
  const atRisk = files.flatMap((file, k): AtRisk[] => {
    if (hashes[k] === undefined) return [{ file, risk: 'unreadable' }];
    const state = states.next().value ?? null;
    return state === 'safe' ? [] : [{ file, risk: riskOf[state ?? 'null'] }];
  });
  return { safe: files.length - atRisk.length, atRisk };
}
