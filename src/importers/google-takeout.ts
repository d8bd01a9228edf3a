/**
 * Plans the import of a Google Takeout: matches JSON files to photos, and finds the folders that are albums, over all
 * parts. Reads only the JSON files; stores nothing.
 */
import type { ImportedMetadata } from '../document/imported-metadata.js';
import { readGoogle, type PhotoSaid, type Said } from './google-metadata.js';
import { matchNames, type GoogleMatch } from './google-filenames.js';
import type { ExportEntry, ImportPlan, Planned } from './import-plan.js';
import type { ReadMetadata } from './read-metadata-files.js';

/** A parsed JSON file. */
interface Json {
  entry: ExportEntry;
  said: Said;
}

/** A folder of the export, over all parts. */
interface Folder {
  photos: ExportEntry[];
  jsons: Map<string, Json>;
}

/** The maximum size of a JSON file in bytes. */
export const mostJson = 1 << 20;

/** The names of other files that Google writes beside photos. */
const beside =
  /^(?:archive_browser\.html|print-subscriptions\.json|shared_album_comments\.json|user-generated-memory-titles\.json)$/;

/** Plans the import of a Takeout. `others` are all its files except the JSON files. */
// Longer than a screen: one plan, to which each step of the import adds.
export async function planTakeout(
  jsons: readonly ExportEntry[],
  others: readonly ExportEntry[],
  read: ReadMetadata,
): Promise<ImportPlan> {
  const plan: ImportPlan = { kind: 'takeout', photos: [], aside: [], orphans: [], trouble: [], metadata: 0 };
  const folders = new Map<string, Folder>();
  const folderOf = (name: string): Folder => {
    const folder = folders.get(name) ?? { photos: [], jsons: new Map<string, Json>() };
    folders.set(name, folder);
    return folder;
  };
  for (const entry of others) {
    if (beside.test(entry.name)) plan.aside.push({ path: entry.path, reason: 'is a page about the export' });
    else folderOf(entry.folder).photos.push(entry);
  }
  await read(jsons, mostJson, plan, (entry, text) => {
    const said = readGoogle(text);
    if (!said) plan.trouble.push({ path: entry.path, reason: 'is not valid JSON, so its metadata can’t be read' });
    else if (said.kind === 'other')
      plan.aside.push({ path: entry.path, reason: 'does not describe a photo or an album' });
    else folderOf(entry.folder).jsons.set(entry.name.normalize('NFC'), { entry, said });
  });
  const albums = albumsOf(folders);
  const orphans: { json: Json & { said: PhotoSaid }; album: string | undefined }[] = [];
  for (const [name, folder] of folders) matchFolder(name, folder);
  adoptOrphans();
  return plan;

  function matchFolder(name: string, { photos, jsons: all }: Folder): void {
    const saying = new Map(
      [...all].filter((pair): pair is [string, Json & { said: PhotoSaid }] => pair[1].said.kind === 'photo'),
    );
    const titles = new Map([...saying].map(([json, { said }]) => [json, said.title]));
    const names = [...new Set(photos.map((photo) => photo.name))];
    const matches = matchNames([...saying.keys()], names, titles);
    const album = albums.get(name);
    for (const entry of photos) planPhoto(entry, matches.get(entry.name), saying, album);
    const used = new Set([...matches.values()].map(({ json }) => json));
    for (const [json, one] of saying) if (!used.has(json)) orphans.push({ json: one, album });
  }

  function planPhoto(
    entry: ExportEntry,
    match: GoogleMatch | undefined,
    saying: ReadonlyMap<string, Json & { said: PhotoSaid }>,
    album: string | undefined,
  ): void {
    const json = match && saying.get(match.json);
    if (json?.said.trashed) {
      plan.aside.push({ path: entry.path, reason: 'is in the trash of Google Photos' });
      return;
    }
    const brought = json
      ? broughtOf(json)
      : album === undefined
        ? undefined
        : { name: entry.name, written: entry.modified };
    if (brought && album !== undefined) brought.albums = [album];
    plan.photos.push({
      entry,
      ...(brought && { brought }),
      ...(json && { by: { path: json.entry.path, how: match.rule } }),
    });
  }

  /** An album's folder may contain the JSON of a photo that is only in the folder of its year. */
  function adoptOrphans(): void {
    const byJson = new Map<string, Planned[]>();
    if (orphans.length > 0)
      for (const photo of plan.photos) {
        const said = photo.by && saidAt(photo.by.path);
        if (!said) continue;
        const list = byJson.get(itemOf(said)) ?? [];
        list.push(photo);
        byJson.set(itemOf(said), list);
      }
    for (const { json, album } of orphans) {
      const photos = album === undefined ? [] : (byJson.get(itemOf(json.said)) ?? []);
      const said = new Set(photos.map(({ by }) => by!.path));
      if (said.size === 1) for (const { brought } of photos) brought!.albums = [...(brought!.albums ?? []), album!];
      else if (json.said.trashed)
        plan.aside.push({ path: json.entry.path, reason: 'is in the trash of Google Photos' });
      else plan.orphans.push({ path: json.entry.path, reason: `has no photo “${json.said.title}” beside it` });
    }
  }

  function saidAt(path: string): PhotoSaid | undefined {
    const slash = path.lastIndexOf('/');
    const json = folders.get(path.slice(0, Math.max(slash, 0)))?.jsons.get(path.slice(slash + 1).normalize('NFC'));
    return json?.said.kind === 'photo' ? json.said : undefined;
  }
}

const itemOf = ({ title, taken, added }: PhotoSaid): string => `${title}/${taken ?? ''}/${added ?? ''}`;

function broughtOf({ entry, said }: Json & { said: PhotoSaid }): ImportedMetadata {
  const { description, favourite, gps, moved, taken, added } = said;
  const tags = [
    ...said.people.map((name) => `people/${name}`),
    ...(said.archived ? ['archived'] : []),
    ...(said.locked ? ['hidden'] : []),
  ];
  return {
    name: entry.name,
    written: entry.modified,
    ...(added !== undefined && { added }),
    ...(description !== undefined && { description }),
    ...(favourite && { favourite }),
    ...(gps && { gps }),
    ...(moved && { moved }),
    ...(taken !== undefined && { taken }),
    ...(tags.length > 0 && { tags }),
  };
}

/** The titles of album folders; without a title the name of the folder. */
function albumsOf(folders: ReadonlyMap<string, Folder>): Map<string, string> {
  const albums = new Map<string, string>();
  for (const [path, { jsons }] of folders) {
    const album = [...jsons.values()].map(({ said }) => said).find((said) => said.kind === 'album');
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (album && !isYear(name)) albums.set(path, album.title || name);
  }
  return albums;
}

/** Google's names of year folders, as far as they are known; `#` is the year. */
const yearNames = [
  "photos from #,fotos von #,photos de #,fotos de #,fotos del #,foto dal #,foto del #,foto’s uit #,foto's uit #,fotos do #",
  'fotos de l’any #,zdjęcia z #,zdjęcia z # r.,foton från #,bilder från #,billeder fra #,bilder fra #,fotky z roku #,fotky z #',
  'kuvat vuodelta #,fotók # évből,fotografii din #,fotoğraflar #,фото за # год,фотографии за # год,фото за # рік',
  '#年の写真,# 年の写真,#년의 사진,#년 사진,# 年的照片,#年的照片,# 年的相片,photos #',
]
  .join(',')
  .split(',');

/** Whether a folder is that of a year. */
function isYear(name: string): boolean {
  const years = [...name.matchAll(/(?<!\d)(?:18|19|20)\d\d(?!\d)/g)];
  if (years.length !== 1) return false;
  const year = years[0]![0];
  return yearNames.includes(name.normalize('NFC').toLowerCase().replace(year, '#'));
}
