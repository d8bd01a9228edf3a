/** All of the uploads' script, as one piece that is fetched when the first file comes. */
export { chosen, dropped } from './dropped.js';
export { default as Panel } from './Panel.svelte';
export { uploads } from './uploads.svelte.js';
