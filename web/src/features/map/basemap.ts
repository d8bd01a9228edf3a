/**
 * Draws the owner's map of streets (PMTiles, docs/album.md) with MapLibre below the names and groups of the map. Loaded
 * only where there is such a file. Nothing is fetched but that file, and nothing is written: names come from the
 * gazetteer, so no fonts are needed.
 */
import { addProtocol, type LayerSpecification, Map as MapLibre, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { PMTiles, Protocol, TileType } from 'pmtiles';
import { latOf, lonOf, type View } from './mercator.js';

/** A drawn map. */
export interface Basemap {
  /** Shows a view. */
  show(view: View): void;
  /** Takes over the colours of the theme. */
  colour(): void;
  /** The attribution of its data, as text. */
  credit: string;
  close(): void;
}

const path = '/api/map/basemap';
/** The side of MapLibre's tiles is twice that of our square. */
const zoomShift = 1;

/** The layers of a vector file by meaning, with their names in Protomaps and OpenMapTiles. */
const meanings = {
  land: ['earth'],
  green: ['landcover', 'landuse', 'park'],
  water: ['water', 'ocean'],
  river: ['waterway', 'physical_line'],
  building: ['buildings', 'building'],
  road: ['roads', 'transportation', 'transit'],
  border: ['boundaries', 'boundary'],
};

/** The layers of a style in the page's colours, from below. `known`: the names of the file's layers. Pure. */
export function styleLayers(known: ReadonlySet<string>, colour: (token: string) => string): LayerSpecification[] {
  const named = (what: keyof typeof meanings): string[] => meanings[what].filter((name) => known.has(name));
  const fill = (what: 'land' | 'green' | 'water' | 'building', token: string, opacity = 1): LayerSpecification[] =>
    named(what).map((name) => ({
      ...{ id: `${what}-${name}`, type: 'fill', source: 'map', 'source-layer': name },
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': colour(token), 'fill-opacity': opacity },
    }));
  const stroke = (what: 'river' | 'road' | 'border', token: string, widths: [number, number]): LayerSpecification[] =>
    named(what).map((name) => ({
      ...{ id: `${what}-${name}`, type: 'line', source: 'map', 'source-layer': name },
      filter: ['!=', ['geometry-type'], 'Polygon'],
      layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: {
        'line-color': colour(token),
        'line-width': ['interpolate', ['exponential', 1.5], ['zoom'], 5, widths[0], 17, widths[1]],
      },
    }));
  const isLandDrawn = named('land').length > 0;
  return [
    // OpenMapTiles draws the sea, Protomaps the land.
    { id: 'ground', type: 'background', paint: { 'background-color': colour(isLandDrawn ? '--sea' : '--land') } },
    ...fill('land', '--land'),
    ...fill('green', '--ok', 0.08),
    ...fill('water', '--sea'),
    ...stroke('river', '--sea', [0.5, 4]),
    ...fill('building', '--border', 0.4),
    ...stroke('road', '--road', [0.4, 10]),
    ...stroke('border', '--border', [1, 2]),
  ];
}

/** The text of a credit, which may be HTML. */
const textOf = (html: unknown): string =>
  typeof html === 'string' ? new DOMParser().parseFromString(html, 'text/html').body.textContent.trim() : '';

/** Opens the map in an element. Rejects if the file or the graphics of this device can't be used. */
export async function openBasemap(container: HTMLElement): Promise<Basemap> {
  const file = new PMTiles(new URL(path, location.href).href);
  const [header, metadata] = await Promise.all([file.getHeader(), file.getMetadata()]);
  const told = metadata as { attribution?: unknown; vector_layers?: unknown };
  const listed = Array.isArray(told.vector_layers) ? (told.vector_layers as readonly { id?: unknown }[]) : [];
  const known = new Set(listed.map(({ id }) => String(id)));
  const colour = (token: string): string => getComputedStyle(container).getPropertyValue(token).trim();
  /** Others are pictures. */
  const isVector = header.tileType === TileType.Mvt;
  const layers = (): LayerSpecification[] =>
    isVector ? styleLayers(known, colour) : [{ id: 'picture', type: 'raster', source: 'map' }];
  setWorkerUrl(new URL(workerUrl, location.href).href);
  const protocol = new Protocol();
  protocol.add(file);
  addProtocol('pmtiles', protocol.tile);
  const map = new MapLibre({
    container,
    interactive: false,
    attributionControl: false,
    fadeDuration: 0,
    style: {
      version: 8,
      sources: {
        map: isVector
          ? { type: 'vector', url: `pmtiles://${file.source.getKey()}` }
          : { type: 'raster', url: `pmtiles://${file.source.getKey()}`, tileSize: 256 },
      },
      layers: layers(),
    },
  });
  // The keyboard and screen readers skip it.
  map.getCanvas().tabIndex = -1;
  return {
    credit: textOf(told.attribution).slice(0, 80),
    show: ({ x, y, zoom }) => void map.jumpTo({ center: [lonOf(x), latOf(y)], zoom: zoom - zoomShift }),
    colour() {
      if (!isVector || !map.isStyleLoaded()) return;
      for (const layer of layers())
        for (const [name, value] of Object.entries(layer.paint ?? {}))
          if (name.endsWith('-color')) map.setPaintProperty(layer.id, name as 'fill-color', value as string);
    },
    close: () => map.remove(),
  };
}
