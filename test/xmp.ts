/** XMP sidecars for tests, in the form of real programs. */

/** The values of a sidecar. */
export interface Said {
  title?: string;
  description?: string;
  tags?: readonly string[];
  rating?: number;
  /** `2024-07-01T12:00:00`. */
  taken?: string;
}

const escape = (text: string): string => text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
const alt = (text: string): string => `<rdf:Alt><rdf:li xml:lang="x-default">${escape(text)}</rdf:li></rdf:Alt>`;

/** A sidecar in the form of most programs, with these values. */
export function xmp({ title, description, tags, rating, taken }: Said): string {
  const bag = tags?.map((tag) => `<rdf:li>${escape(tag)}</rdf:li>`).join('');
  return wrap(
    `${rating === undefined ? '' : ` xmp:Rating="${rating}"`}${taken === undefined ? '' : ` exif:DateTimeOriginal="${taken}"`}`,
    `${title === undefined ? '' : `<dc:title>${alt(title)}</dc:title>`}${description === undefined ? '' : `<dc:description>${alt(description)}</dc:description>`}${bag === undefined ? '' : `<dc:subject><rdf:Bag>${bag}</rdf:Bag></dc:subject>`}`,
  );
}

const namespaces = {
  xmp: 'http://ns.adobe.com/xap/1.0/',
  dc: 'http://purl.org/dc/elements/1.1/',
  exif: 'http://ns.adobe.com/exif/1.0/',
  lr: 'http://ns.adobe.com/lightroom/1.0/',
  digiKam: 'http://www.digikam.org/ns/1.0/',
  MicrosoftPhoto: 'http://ns.microsoft.com/photo/1.0/',
  photoshop: 'http://ns.adobe.com/photoshop/1.0/',
  crs: 'http://ns.adobe.com/camera-raw-settings/1.0/',
  darktable: 'http://darktable.sf.net/',
  mediapro: 'http://ns.iview-multimedia.com/mediapro/1.0/',
};

/** One description with attributes and elements. */
export const wrap = (attributes: string, elements: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" ${Object.entries(namespaces)
    .map(([prefix, uri]) => `xmlns:${prefix}="${uri}"`)
    .join(' ')}${attributes}>${elements}</rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
`;

/** A list in an element. */
export const list = (name: string, kind: 'Bag' | 'Seq', items: readonly string[]): string =>
  `<${name}><rdf:${kind}>${items.map((item) => `<rdf:li>${escape(item)}</rdf:li>`).join('')}</rdf:${kind}></${name}>`;
