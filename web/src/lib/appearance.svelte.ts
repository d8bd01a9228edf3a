/** How the page looks in this browser: stored here, not on the server, since every screen is different. */
import { MediaQuery } from 'svelte/reactivity';
import { readChoice, writeChoice } from './stored-choice.js';

/** The themes; `system` follows that of the device. */
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** The first view of the timeline when the library is opened. */
export const starts = ['day', 'month', 'year'] as const;
export type Start = (typeof starts)[number];

/** The key of the theme, which `theme.ts` reads, too. */
const themeKey = 'photospool.theme';
const startKey = 'photospool.start';
/** The colours of the browser's own bars in each theme: those of the page (tokens.css). */
const barColour = { light: '#ffffff', dark: '#111111' } as const;

/** The appearance of this page. */
class Appearance {
  #theme: Theme = $state(readChoice(themeKey, themes));
  #start: Start = $state(readChoice(startKey, starts));
  readonly #system = new MediaQuery('prefers-color-scheme: dark');

  constructor() {
    this.#apply();
  }

  get theme(): Theme {
    return this.#theme;
  }

  set theme(theme: Theme) {
    this.#theme = theme;
    writeChoice(themeKey, theme);
    this.#apply();
  }

  get start(): Start {
    return this.#start;
  }

  set start(start: Start) {
    this.#start = start;
    writeChoice(startKey, start);
  }

  /** Whether the page is dark, for parts that are painted rather than styled. */
  get dark(): boolean {
    return this.#theme === 'system' ? this.#system.current : this.#theme === 'dark';
  }

  #apply(): void {
    const { dataset } = document.documentElement;
    if (this.#theme === 'system') delete dataset['theme'];
    else dataset['theme'] = this.#theme;
    for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]'))
      meta.content =
        barColour[this.#theme === 'system' ? (meta.media.includes('dark') ? 'dark' : 'light') : this.#theme];
  }
}

export const appearance = new Appearance();
