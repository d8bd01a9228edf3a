/** The names of claims. Pure. */
/** Whether a folder in `work` is a claim: its name is a ULID. */
export const isClaimName = (name: string): boolean => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(name);
