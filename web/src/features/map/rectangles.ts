/** Rectangles in the window of the map, px from its centre. Pure. */

/** A rectangle. */
export interface Rectangle {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** The rectangle around a point. */
export const rectangle = (x: number, y: number, width: number, height: number): Rectangle => ({
  ...{ left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 },
});

/** Whether two rectangles have an area in common. */
export const overlap = (a: Rectangle, b: Rectangle): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
