/**
 * The view of two pictures that are zoomed and moved together. The offset is a share of each picture’s size, so that
 * the same detail of both is visible even if their sizes differ. Pure.
 */
import { closest, fit, type Size, type View } from './zoom.js';

/** `scale` 1 is the whole picture; `x`, `y` are shares of its size by which its centre is moved. */
export type SharedView = View;

/**
 * Whether two pictures are larger one above the other than beside each other, in an area of this size, each above a caption
 * of height `caption`; px.
 */
export function areLargerStacked(pictures: readonly Size[], { width, height }: Size, caption: number): boolean {
  const shown = (stage: Size): number =>
    pictures.map((picture) => fit(picture, stage)).reduce((sum, one) => sum + one.width * one.height, 0);
  return shown({ width, height: height / 2 - caption }) > shown({ width: width / 2, height: height - caption });
}

/** The view of one picture on its stage, px. */
export function viewOf(shared: SharedView, picture: Size, stage: Size): View {
  const fitted = fit(picture, stage);
  return { scale: shared.scale, x: shared.x * fitted.width, y: shared.y * fitted.height };
}

/** Limits a shared view, so that neither picture is completely out of sight. */
export function boundShared(shared: SharedView, pictures: readonly Size[], stage: Size): SharedView {
  const fitted = pictures.map((picture) => fit(picture, stage));
  const most = Math.max(...pictures.map((picture, n) => closest(picture, fitted[n]!)));
  const scale = Math.min(most, Math.max(1, shared.scale));
  const room = (side: 'width' | 'height'): number =>
    Math.max(0, ...fitted.map((one) => (scale - stage[side] / one[side]) / 2));
  const clamp = (value: number, most: number): number => Math.min(most, Math.max(-most, value));
  return { scale, x: clamp(shared.x, room('width')), y: clamp(shared.y, room('height')) };
}

/** Scales by `factor` so that the point `px`, `py` (px from the stage’s centre) of one picture keeps its position. */
export function zoomShared(
  shared: SharedView,
  factor: number,
  at: { x: number; y: number },
  picture: Size,
  stage: Size,
): SharedView {
  const fitted = fit(picture, stage);
  const moved = (centre: number, point: number): number => point - (point - centre) * factor;
  return {
    scale: shared.scale * factor,
    x: moved(shared.x, at.x / fitted.width),
    y: moved(shared.y, at.y / fitted.height),
  };
}
