/** The part of the open photo that is being edited: one at a time, started by a key or a button. */

/** The parts that can be changed in the panel. */
export type Part = 'caption' | 'date' | 'place' | 'tags' | 'albums' | 'audience';

/** Title and description as somebody typed them. */
export interface Words {
  title: string;
  description: string;
}

/** What is being changed. */
class Editing {
  part: Part | undefined = $state();
  /** Words that could not be saved yet, by the photo's id: the form shows them when it is opened again. */
  readonly unsaved = new Map<string, Words>();

  open(part: Part): void {
    this.part = part;
  }

  close(): void {
    this.part = undefined;
  }
}

export const editing = new Editing();
