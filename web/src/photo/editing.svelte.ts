/** Which part of the photo that is open is being changed: one at a time, by a key or a button beside it. */

/** The parts that can be changed in the panel. */
export type Part = 'caption' | 'date' | 'place' | 'tags' | 'albums' | 'audience';

/** What is being changed. */
class Editing {
  part: Part | undefined = $state();

  open(part: Part): void {
    this.part = part;
  }

  close(): void {
    this.part = undefined;
  }
}

export const editing = new Editing();
