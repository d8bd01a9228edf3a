/** Copies a text to the clipboard, for a button that briefly confirms it. */

/** How long the button shows the confirmation, in ms. */
const shownFor = 1600;

/** The state of one such button. */
export class CopiedText {
  /** Whether the text was copied just now. */
  now = $state(false);

  /** Copies a text. Without HTTPS there is no clipboard: then `select` selects it for copying by hand. Never rejects. */
  async copy(text: string, select: () => void): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.now = true;
      setTimeout(() => (this.now = false), shownFor);
    } catch {
      select();
    }
  }
}
