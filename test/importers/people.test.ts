/** An export that is imported for a person: what it says goes into their items alone, and “already here” is asked of them alone. */
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openAccess } from '../../src/access/access.js';
import { commandLine } from '../../src/access/actor.js';
import { readConfig } from '../../src/base/config.js';
import { openFiles } from '../../src/base/files.js';
import { importExport } from '../../src/cli/run-import.js';
import { house, itemOf, type Holder } from '../../src/document/item-id.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { openHome } from '../../src/home/open-home.js';
import { openExport } from '../../src/importers/open-export.js';
import { temporaryFolder } from '../folder.js';
import { albumJson, bare, googleJson, writeZip } from './make.js';

it('imports an export for a person, independent of the house, and again', async () => {
  const config = readConfig(join(temporaryFolder(), 'home'), { settle: '0', workers: '1' });
  const home = await openHome(config);
  const anna = openAccess(home.db, home.library).accounts.add({ name: 'Anna', role: 'family' }, commandLine).id;
  await home.close();
  const folder = 'Takeout/Google Photos/Trip';
  const path = await writeZip('takeout-20260101T000000Z-001.zip', {
    [`${folder}/1.jpg`]: await bare(1),
    [`${folder}/1.jpg.json`]: googleJson('1.jpg', { description: 'over there' }),
    [`${folder}/metadata.json`]: albumJson('Trip'),
  });
  const printed: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);

  async function importFor(holder?: Holder): Promise<unknown> {
    const found = await openExport([path], openFiles(), () => undefined);
    try {
      expect(await importExport(found, [path], config, { json: true }, holder)).toBe(0);
    } finally {
      found.sources.close();
    }
    const { stored, duplicates } = JSON.parse(printed.at(-1)!) as Record<string, number>;
    return { stored, duplicates };
  }

  try {
    expect(await importFor()).toEqual({ stored: 1, duplicates: 0 });
    expect(await importFor(anna)).toEqual({ stored: 1, duplicates: 0 });
    for (const holder of [anna, undefined]) expect(await importFor(holder)).toEqual({ stored: 0, duplicates: 1 });
  } finally {
    vi.restoreAllMocks();
  }
  const { library, close } = await openHome(config);
  const items = ['photo:', 'own:'].flatMap((prefix) => [...library.scan<PhotoDocument>(prefix)]);
  await close();
  const said = items.map(({ id, body }) => ({
    holder: itemOf(id)!.holder,
    albums: Object.entries(body.edits.albums ?? {}).map(([name, { by }]) => [name, by]),
    description: Object.values(body.sidecars).map(({ values, by }) => [values.description, by]),
  }));
  const by = `person:${anna}`;
  expect(said).toEqual([
    { holder: house, albums: [['Trip', 'owner']], description: [['over there', undefined]] },
    { holder: anna, albums: [['Trip', by]], description: [['over there', by]] },
  ]);
});
