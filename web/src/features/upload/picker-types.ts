/** The types of files that the system's picker offers. */

/**
 * The `accept` of a file input on a phone; undefined elsewhere, where it would hide RAW files and sidecars. HEIC is listed,
 * otherwise iPhones would convert it.
 */
export const accept = matchMedia('(pointer: coarse)').matches ? 'image/*,image/heic,image/heif,video/*' : undefined;
