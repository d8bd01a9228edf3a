/** The part of the open photo that is being edited: one at a time, started by a key or a button. */

/** The editable parts of the panel. */
export type Part = 'caption' | 'date' | 'place' | 'tags' | 'albums' | 'audience';

/** Title and description as typed. */
export interface Words {
  title: string;
  description: string;
}

/** The part being edited. */
class Editing {
  part: Part | undefined = $state();
  /** Text that could not be saved yet, by the photo's id: the form shows it when it is opened again. */
  readonly unsaved = new Map<string, Words>();

  open(part: Part): void {
    this.part = part;
  }

  close(): void {
    this.part = undefined;
  }
}

export const editing = new Editing();
