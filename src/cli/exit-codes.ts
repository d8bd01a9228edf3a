/** The exit codes of all commands (docs/interface.md). */

/** 0 all done, 1 done but some items are stuck, 2 wrong usage or configuration, 3 something can't be used. */
export const exit = { done: 0, stuck: 1, usage: 2, unusable: 3 } as const;
