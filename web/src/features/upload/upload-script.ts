/** All of the uploads' script, as one piece that is fetched when the first file comes. */
export { chosen, dropped } from './dropped-files.js';
export { default as Panel } from './UploadPanel.svelte';
export { uploads } from './upload-queue.svelte.js';
