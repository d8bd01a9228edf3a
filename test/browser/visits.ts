/** For files whose tests each start with a fresh home, served, and open it in several windows. */
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { openServedHome, type ServedHome } from './home.js';
import { openStage, type Seen, type Stage } from './stage.js';

/** The environment of such a test; everything is closed after the test. */
export interface Visits {
  readonly stage: Stage;
  readonly home: ServedHome;
  /** Opens a path of the home, or an absolute URL, in a fresh browser profile. */
  see(address: string, options?: BrowserContextOptions, expected?: RegExp): Promise<Seen>;
  /** Fails if one of the windows had a mishap. */
  calm(): void;
}

/** Prepares the calling file. `usual` are mishaps that its tests cause. */
export function openVisits(usual: RegExp): Visits {
  let stage: Stage;
  let home: ServedHome;
  let seen: Seen[];
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());
  beforeEach(async () => {
    home = await openServedHome(stage.folder);
    seen = [];
  });
  afterEach(async () => {
    for (const { close } of seen) await close();
    await home.close();
  });
  return {
    get stage() {
      return stage;
    },
    get home() {
      return home;
    },
    async see(address, options = {}, expected = usual) {
      const one = await stage.see(address.startsWith('/') ? home.url + address : address, options, expected);
      seen.push(one);
      return one;
    },
    calm: () => expect(seen.flatMap(({ mishaps }) => mishaps)).toEqual([]),
  };
}
