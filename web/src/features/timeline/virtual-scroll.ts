/**
 * Maps the page's scroll position to that of the timeline. They may differ: browsers limit the height of a page (some
 * at 17 million pixels), and the view must stay in place while heights above it become known. Small movements map pixel
 * by pixel, a jump of the scroll bar maps to its proportion. Both are aligned again when scrolling ends.
 */

/** The maximum height of a page that every browser can show, with a margin. Pixels. */
const tallest = 12_000_000;

/** A position in a timeline of `total` height, seen through a window. Pure except for its own state. */
export class Scroll {
  /** Height of the whole timeline. */
  total = 0;
  /** Height of the window. */
  view = 0;
  /** The timeline's y at the top of the window. */
  at = 0;
  /** The scroll position of the page. */
  page = 0;
  /** True if `at` was set explicitly: the page follows at once, even while it is scrolling. */
  jumped = false;

  /** The page's height. */
  get height(): number {
    return Math.min(this.total, tallest);
  }

  /** The offset from a position in the timeline to the position on the page. */
  get shift(): number {
    return this.page - this.at;
  }

  /** The scroll position of the page for `at`. */
  get ideal(): number {
    const room = this.height - this.view;
    const whole = this.total - this.view;
    return whole <= 0 ? 0 : Math.round((this.at / whole) * room);
  }

  /** The page was scrolled to `page`. */
  moved(page: number): void {
    const by = page - this.page;
    this.page = page;
    if (this.total > tallest && Math.abs(by) > this.view * 4) {
      this.at = (page / (this.height - this.view)) * (this.total - this.view);
    } else this.at += by;
    this.bound();
  }

  /** Limits the position to the timeline. */
  bound(): void {
    this.at = Math.max(0, Math.min(this.at, this.total - this.view));
  }

  /** True if the page should be scrolled to another position. */
  get apart(): boolean {
    return Math.abs(this.page - this.ideal) >= 1;
  }

  /** True if the end of the page is near, but not that of the timeline, or vice versa. */
  get urgent(): boolean {
    if (!this.apart) return false;
    const near = this.view / 2;
    return this.page < near || this.page > this.height - this.view - near;
  }
}
