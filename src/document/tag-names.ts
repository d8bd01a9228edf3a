/** The meaning of tag names. Pure. */

/** Whether a tag is private to the home: it begins with `_`, or is below `private/`. */
export const isPrivateTag = (tag: string): boolean => tag.startsWith('_') || /^private(?:\/|$)/i.test(tag);
