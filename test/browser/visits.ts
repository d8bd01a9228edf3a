/** For files whose tests each begin with a fresh home, served, and look at it through several windows. */
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { openServedHome, type ServedHome } from './home.js';
import { openStage, type Seen, type Stage } from './stage.js';

/** What a test of such a file finds; all of it is closed after the test. */
export interface Visits {
  readonly stage: Stage;
  readonly home: ServedHome;
  /** A fresh browser profile on a path of the home, or on a whole address. */
  see(address: string, options?: BrowserContextOptions, expected?: RegExp): Promise<Seen>;
  /** Fails where one of the windows had a mishap. */
  calm(): void;
}

/** Prepares the file that calls it. `usual` are mishaps that its tests provoke. */
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
