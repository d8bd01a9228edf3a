/** The image edits that were copied last, for other photos: only in the memory of this page. */
import type { PhotoView } from '../../lib/api.js';

/** The copied edits. */
class CopiedEdits {
  /** Undefined until edits are copied. */
  develop: PhotoView['develop'] = $state.raw();
}

export const copiedEdits = new CopiedEdits();
