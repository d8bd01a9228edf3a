/** All routes, one noun per file. Adding one adds a line here. */
export { photos } from './photos.js';
export { edits } from './edits.js';
export { timeline } from './timeline.js';
export { tiles } from './tiles.js';
export { facets } from './facets.js';
export { media } from './media.js';
export { originals } from './originals.js';
export { upload } from './upload.js';
export { spool } from './spool.js';
export { samples } from './samples.js';
export { home } from './home.js';
export { events } from './events.js';
export { openapi } from './openapi.js';
export { health } from './health.js';
export { blobs } from './blobs.js';
export { replication } from './replication.js';
export { metrics } from './metrics.js';
