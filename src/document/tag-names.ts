/** What a tag's name says about itself. Pure. */

/** Whether a tag is for the home only: it begins with `_`, or is below `private/`. */
export const isPrivateTag = (tag: string): boolean => tag.startsWith('_') || /^private(?:\/|$)/i.test(tag);
