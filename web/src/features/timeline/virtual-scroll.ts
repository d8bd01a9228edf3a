/**
 * Maps the page's scroll position to the timeline's. They may differ: browsers bound the height of a page (some at 17
 * million pixels), and the view must stay in place while heights above it become known. Small movements map pixel by
 * pixel, a jump of the scroll bar maps to its proportion. The two are aligned again when scrolling rests.
 */

/** The tallest page that every browser can show, with room to spare. Pixels. */
const tallest = 12_000_000;

/** A position in a timeline of `total` height, seen through a window. Pure but for its own state. */
export class Scroll {
  /** Height of the whole timeline. */
  total = 0;
  /** Height of the window. */
  view = 0;
  /** The timeline's y at the top of the window. */
  at = 0;
  /** Where the page is scrolled to. */
  page = 0;
  /** True where `at` was set on purpose: the page follows at once, also while it moves. */
  jumped = false;

  /** The page's height. */
  get height(): number {
    return Math.min(this.total, tallest);
  }

  /** What must be added to a place in the timeline to get its place on the page. */
  get shift(): number {
    return this.page - this.at;
  }

  /** Where the page should be scrolled to for `at`. */
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

  /** Keeps the position inside of the timeline. */
  bound(): void {
    this.at = Math.max(0, Math.min(this.at, this.total - this.view));
  }

  /** True where the page should be scrolled to another place than it is. */
  get apart(): boolean {
    return Math.abs(this.page - this.ideal) >= 1;
  }

  /** True where the page's end is near, but not the timeline's, or the other way round. */
  get urgent(): boolean {
    if (!this.apart) return false;
    const near = this.view / 2;
    return this.page < near || this.page > this.height - this.view - near;
  }
}
