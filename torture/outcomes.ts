/** The ways of a file through the spool, each as a small world: the state before, and the arriving files. */
import { brokenPhoto, tinyPhoto } from './pictures.js';

/** The arriving files, and how they are imported. */
export interface Outcome {
  name: string;
  /** Photos in the archive before, by their original name. */
  before: Record<string, Buffer>;
  /** The files in the folder to import. */
  comes: Record<string, Buffer>;
  /** Those of `comes` that are not photos, and stay in place. */
  stays: string[];
  /** Those of `comes` that can't be decoded, and end in their claim. */
  broken: string[];
  /** Those of `comes` with another name elsewhere on that disk: a hard link. */
  linked: string[];
  /** `import`: with the copying pass of `photospool import` over another tree. */
  mode: 'move' | 'copy' | 'import';
  /** Folders that are separate filesystems, relative to the world. */
  devices: string[];
}

const plain = { before: {}, stays: [], broken: [], linked: [], mode: 'move', devices: [] } as const;

/** A sidecar; `title` makes it distinct. */
const sidecar = (title: string): Buffer =>
  Buffer.from(
    `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>${title}</dc:title></rdf:Description></rdf:RDF></x:xmpmeta>`,
  );

/** All outcomes. */
export async function listOutcomes(): Promise<Outcome[]> {
  const [a, b] = [await tinyPhoto('a'), await tinyPhoto('b')];
  const outcome = (name: string, comes: Record<string, Buffer>, more: Partial<Outcome> = {}): Outcome => ({
    ...plain,
    stays: [],
    broken: [],
    linked: [],
    devices: [],
    name,
    comes,
    ...more,
  });
  return [
    outcome('stored', { 'a.jpg': a }),
    outcome('stored from a folder', { 'Rome/day 1/a.jpg': a }),
    outcome('duplicate', { 'b.jpg': a }, { before: { 'a.jpg': a } }),
    outcome('the same twice', { 'a.jpg': a, 'b.jpg': a }),
    outcome('name collision', { 'a.jpg': b }, { before: { 'a.jpg': a } }),
    outcome('undecodable', { 'a.jpg': brokenPhoto('a') }, { broken: ['a.jpg'] }),
    outcome('with sidecar', { 'a.jpg': a, 'a.jpg.xmp': sidecar('a') }),
    outcome('early sidecar', { 'a.jpg': a, 'b.xmp': sidecar('b') }, { stays: ['b.xmp'] }),
    outcome('late sidecar', { 'a.xmp': sidecar('a') }, { before: { 'a.jpg': a } }),
    outcome('newer sidecar', { 'a.xmp': sidecar('b') }, { before: { 'a.jpg': a, 'a.xmp': sidecar('a') } }),
    outcome('the same sidecar again', { 'a.xmp': sidecar('a') }, { before: { 'a.jpg': a, 'a.xmp': sidecar('a') } }),
    outcome('late sidecar from another disk', { 'a.xmp': sidecar('a') }, { before: { 'a.jpg': a }, devices: ['drop'] }),
    outcome('sidecar in a copied tree', { 'Rome/a.jpg': a, 'Rome/a.xmp': sidecar('a') }, { mode: 'import' }),
    outcome('from another disk', { 'a.jpg': a }, { devices: ['drop'] }),
    outcome('from a mount', { 'a.jpg': a }, { devices: ['drop/incoming'] }),
    outcome('to another disk', { 'a.jpg': a }, { devices: ['home/archive'] }),
    outcome('duplicate to another disk', { 'b.jpg': a }, { before: { 'a.jpg': a }, devices: ['home/archive'] }),
    outcome('with another name', { 'a.jpg': a }, { linked: ['a.jpg'] }),
    outcome('duplicate with another name', { 'b.jpg': a }, { before: { 'a.jpg': a }, linked: ['b.jpg'] }),
    outcome('copy', { 'a.jpg': a }, { mode: 'copy' }),
    outcome('copy of a duplicate', { 'b.jpg': a }, { mode: 'copy', before: { 'a.jpg': a } }),
    outcome('import', { 'Rome/a.jpg': a, 'b.jpg': brokenPhoto('b') }, { mode: 'import', broken: ['b.jpg'] }),
  ];
}
