/** Searches for the photos of a folder. Pure. */

/** The search that finds photos from folders with a name, and from folders within them. */
export const searchOfFolder = (name: string): string => `folder:"${name.replaceAll(/["\\]/gu, '\\$&')}"`;

/** The name of the folder that a search consists of, without its parents; undefined for every other search. */
export function folderOfSearch(q: string): string | undefined {
  const [, quoted, plain] = /^folder:=?(?:"((?:[^"\\]|\\.)+)"|([^\s"]+))$/isu.exec(q) ?? [];
  return (quoted?.replaceAll(/\\(.)/gsu, '$1') ?? plain)?.split('/').at(-1);
}
