/** The script of uploads as one chunk, loaded with the first file. */
export { chosen, dropped } from './dropped-files.js';
export { default as Panel } from './UploadPanel.svelte';
export { uploads } from './upload-queue.svelte.js';
