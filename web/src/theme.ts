/**
 * Runs before the first paint, so that a chosen theme never flashes: a classic script, which imports and exports nothing.
 * The choice is made in lib/appearance.svelte.ts.
 */
try {
  const chosen = localStorage.getItem('photospool.theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset['theme'] = chosen;
} catch {
  // Without storage the theme is that of the system.
}
