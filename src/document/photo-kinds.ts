/**
 * The kinds of photos that phones produce, recognised from the facts and the name of a file. A function of the
 * document, so existing photos get their kinds by reindexing. Values from files and peers are not trusted. Pure.
 */
import { own, textOf } from './json-values.js';

/** The part of a photo's view that determines its kinds. */
export interface KindSource {
  name: string;
  type: string;
  lens?: string;
  camera?: { make?: string; model?: string };
}

/** The kinds that depend on the photo alone. Live Photos and RAW files beside a JPEG depend on other photos, too. */
export interface PhotoKinds {
  screenshot: boolean;
  selfie: boolean;
  panorama: boolean;
  /** A photo sphere: all directions in one equirectangular picture. */
  sphere: boolean;
  raw: boolean;
}

/**
 * The names of screenshots in the languages of their systems: Android, Windows, GNOME, KDE and macOS write them before
 * the date.
 */
const screenshotNames = new RegExp(
  `^(${[
    ...[
      'screen[ _-]?shot',
      'screencap',
      'bildschirmfoto',
      "capture d[’'` ]?e\u0301cran",
      'captura de (pantalla|tela|ecra\u0303)',
    ],
    ...[
      'schermata',
      'istantanea schermo',
      'schermafbeelding',
      'ska\u0308rm(avbild|bild)',
      'skærmbillede',
      'skjermbilde',
      'zrzut ekranu',
    ],
    ...[
      'sni\u0301mek obrazovky',
      'na\u0308ytto\u0308kuva',
      'ke\u0301pernyo\u030bfoto\u0301',
      'ekran (resmi|go\u0308ru\u0308ntu\u0308su\u0308)',
      'снимок экрана',
      'знімок екрана',
    ],
    ...['スクリーンショット', '截屏', '截图', '屏幕快照', '屏幕截图', '螢幕截圖', '스크린샷'].map((name) =>
      name.normalize('NFD'),
    ),
  ].join('|')})`,
  'iu',
);

/**
 * The screens of iPhones and iPads in pixels, upright: iOS saves a screenshot as `IMG_0001.PNG`, and other PNG files
 * with such a name and size are unlikely.
 */
const screens = new Set([
  ...['640x960', '640x1136', '750x1334', '828x1792', '1080x1920', '1080x2340', '1125x2436', '1170x2532', '1179x2556'],
  ...[
    '1206x2622',
    '1242x2208',
    '1242x2688',
    '1260x2736',
    '1284x2778',
    '1290x2796',
    '1320x2868',
    '768x1024',
    '1488x2266',
  ],
  ...['1536x2048', '1620x2160', '1640x2360', '1668x2224', '1668x2388', '1668x2420', '2048x2732', '2064x2752'],
]);

/** The aspect ratio from which a camera's picture counts as a panorama: wider than any format of phones and films. */
const leastPanorama = 2.4;

/** Cameras that see all directions; their pictures are equirectangular if they are exactly twice as wide as high. */
const sphereCameras = /\b(theta|insta360|gear 360|one (x|r|rs)\d?|gopro max|qoocam|vuze)\b/i;

/** The kinds of a photo. `facts` are those of the document, `view` its view. Videos have none of these kinds. */
export function kindsOf(facts: unknown, view: KindSource): PhotoKinds {
  const { type, name } = view;
  if (type.startsWith('video/'))
    return { screenshot: false, selfie: false, panorama: false, sphere: false, raw: false };
  const [width, height] = [sizeOf(own(facts, 'width')), sizeOf(own(facts, 'height'))];
  const said = own(facts, 'kinds');
  const says = (kind: string): boolean => Array.isArray(said) && said.includes(kind);
  const isTaken = textOf(view.camera?.model) !== '';
  const screenshot = says('screenshot') || isScreenshotName(name) || isScreen(view, width, height);
  const projection = textOf(own(facts, 'projection'));
  const twice = width > 0 && Math.abs(width / height - 2) < 0.02;
  const sphere = twice && (projection === 'equirectangular' || sphereCameras.test(textOf(view.camera?.model)));
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const isLong = isTaken && short > 0 && long / short >= leastPanorama;
  return {
    screenshot,
    selfie: says('selfie') || /\bfront\b/i.test(textOf(view.lens)),
    panorama: !sphere && (says('panorama') || projection !== '' || isLong),
    sphere,
    raw: type.startsWith('image/x-'),
  };
}

const isScreenshotName = (name: string): boolean => screenshotNames.test(name.normalize('NFD'));

const isScreen = ({ name, type, camera }: KindSource, width: number, height: number): boolean =>
  type === 'image/png' &&
  camera === undefined &&
  /^IMG_\d{4}\b.*\.png$/i.test(name) &&
  screens.has(`${Math.min(width, height)}x${Math.max(width, height)}`);

const sizeOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0);
