/** English: the settings that are about this browser, the library and the program. */

/** How the page looks in this browser. */
export const appearance = {
  about: 'These apply to this browser only.',
  theme: 'Theme',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  start: 'Start with',
  startAbout: 'What the library shows when you open it.',
  starts: { day: 'Days', month: 'Months', year: 'Years' },
  size: 'Photo size',
  sizeAbout: 'Also changed with + and -, or by pinching.',
  sizes: { large: 'Large', normal: 'Normal', small: 'Small', tiny: 'Tiny' },
};
