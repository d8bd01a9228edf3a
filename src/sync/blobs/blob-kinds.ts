/** The kinds of blobs that documents name. */

/** The role of a blob in its photo, in order of priority. The table stores the index in this list: append new ones. */
export const blobKinds = ['thumb', 'preview', 'original', 'hover', 'video'] as const;
/** One of the kinds. */
export type BlobKind = (typeof blobKinds)[number];
