/** The mathematics of zooming: the position and size of a picture in the photo view. Pure; CSS pixels. */

/** `scale` 1 is the whole picture; `x`, `y` move its centre away from that of the stage. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

/** The whole picture, centred. */
export const whole: View = { scale: 1, x: 0, y: 0 };

/** The distance that the arrow keys move a picture that is larger than the stage. */
export const pans: Record<string, [number, number]> = {
  ArrowLeft: [80, 0],
  ArrowRight: [-80, 0],
  ArrowUp: [0, 80],
  ArrowDown: [0, -80],
};

/** The size of the whole picture: as large as the stage, but small pictures at most at twice their pixels. */
export function fit({ width, height }: Size, stage: Size): Size {
  // The size of a video that the server could not read is unknown.
  const picture = width > 0 && height > 0 ? { width, height } : { width: 1600, height: 900 };
  const scale = Math.min(stage.width / picture.width, stage.height / picture.height, 2);
  return { width: picture.width * scale, height: picture.height * scale };
}

/** The maximum zoom: three stage pixels per picture pixel, at least four times the whole. */
export const closest = (picture: Size, fitted: Size): number => Math.max(4, (picture.width * 3) / fitted.width);

/** Limits a view: no empty space on one side while the other is cut off. */
export function bound(view: View, fitted: Size, stage: Size, most: number): View {
  const scale = Math.min(most, Math.max(1, view.scale));
  const roomX = Math.max(0, (fitted.width * scale - stage.width) / 2);
  const roomY = Math.max(0, (fitted.height * scale - stage.height) / 2);
  return { scale, x: clamp(view.x, roomX), y: clamp(view.y, roomY) };
}

/** Scales a view by `factor` so that the point `px`, `py` (from the stage's centre) keeps its position. */
export function zoomAt(view: View, factor: number, px: number, py: number): View {
  return { scale: view.scale * factor, x: px - (px - view.x) * factor, y: py - (py - view.y) * factor };
}

const clamp = (value: number, room: number): number => Math.min(room, Math.max(-room, value));

/** The longer edge of a preview, px. */
const previewEdge = 2048;

/** Whether a picture with a width of `width` screen pixels needs the original: the preview has fewer pixels. */
export function needsOriginal(picture: Size, width: number): boolean {
  const previewWidth = Math.min(1, previewEdge / Math.max(picture.width, picture.height)) * picture.width;
  return width > previewWidth * 1.1 && picture.width > previewWidth;
}
