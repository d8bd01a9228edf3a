/** The photos that are currently compared, from any page. */

class Comparing {
  /** Their ids, two or more; undefined while nothing is compared. */
  ids: readonly string[] | undefined = $state.raw();

  /** Opens them beside each other; of more than two, the first stays and the others are turned. */
  open(ids: readonly string[]): void {
    if (ids.length > 1) this.ids = ids;
  }

  close(): void {
    this.ids = undefined;
  }
}

export const comparing = new Comparing();
