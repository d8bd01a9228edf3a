/**
 * Selecting with a finger: a long press selects a photo, and dragging on selects all photos passed, while the page
 * scrolls at the edges. A finger that moves before the long press scrolls as usual.
 */
import { edgeSpeed } from './auto-scroll.js';

/** The effects of a press. Ids are those of photos. */
export interface PressDeeds {
  /** Toggles a photo. */
  begin(id: string): void;
  /** The finger has moved to another photo. */
  reach(id: string): void;
}

/** The duration of a long press, ms, and the tolerance of movement, px. */
const long = 420;
const tremble = 10;

/** Watches the touches on an element, until the returned function is called. */
export function watchPress(element: HTMLElement, deeds: PressDeeds): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let start = { x: 0, y: 0 };
  let finger = { x: 0, y: 0 };
  let pressing = false;

  const idAt = (x: number, y: number): string | undefined =>
    document.elementFromPoint(x, y)?.closest<HTMLElement>('a[data-id]')?.dataset['id'];

  const down = (event: TouchEvent): void => {
    end();
    const [touch] = event.touches;
    const id = touch && idAt(touch.clientX, touch.clientY);
    if (!touch || id === undefined || event.touches.length > 1) return;
    start = finger = { x: touch.clientX, y: touch.clientY };
    timer = setTimeout(() => {
      pressing = true;
      deeds.begin(id);
      scroll();
    }, long);
  };

  const move = (event: TouchEvent): void => {
    const touch = event.touches[0]!;
    finger = { x: touch.clientX, y: touch.clientY };
    if (pressing) {
      event.preventDefault();
      reach();
    } else if (Math.hypot(finger.x - start.x, finger.y - start.y) > tremble) end();
  };

  const reach = (): void => {
    const id = idAt(finger.x, finger.y);
    if (id !== undefined) deeds.reach(id);
  };

  const scroll = (): void => {
    if (!pressing) return;
    const speed = edgeSpeed(finger.y);
    if (speed !== 0 && Math.hypot(finger.x - start.x, finger.y - start.y) > tremble) {
      scrollBy(0, speed);
      reach();
    }
    requestAnimationFrame(scroll);
  };

  const up = (event: TouchEvent): void => {
    // Suppresses the tap that would follow.
    if (pressing) event.preventDefault();
    end();
  };

  const end = (): void => {
    clearTimeout(timer);
    pressing = false;
  };

  // The browser's context menu of a link would open at the long press.
  const menu = (event: Event): void => {
    if (event instanceof PointerEvent && event.pointerType !== 'mouse') event.preventDefault();
  };

  element.addEventListener('touchstart', down, { passive: true });
  element.addEventListener('touchmove', move, { passive: false });
  element.addEventListener('touchend', up, { passive: false });
  element.addEventListener('touchcancel', end);
  element.addEventListener('contextmenu', menu);
  return () => {
    end();
    element.removeEventListener('touchstart', down);
    element.removeEventListener('touchmove', move);
    element.removeEventListener('touchend', up);
    element.removeEventListener('touchcancel', end);
    element.removeEventListener('contextmenu', menu);
  };
}
