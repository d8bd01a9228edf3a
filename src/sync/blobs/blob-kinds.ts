/** The kinds of blobs that documents name. */

/**
 * What a blob is to its photo, in the order in which they are wanted. The table keeps their places here: new ones come last.
 */
export const blobKinds = ['thumb', 'preview', 'original', 'hover', 'video'] as const;
/** One of them. */
export type BlobKind = (typeof blobKinds)[number];
