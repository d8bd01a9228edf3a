/**
 * CouchDB's rules for revision trees, implemented again in the simplest way and without the library's code, from its
 * documentation (https://docs.couchdb.org/en/stable/replication/conflicts.html): the reference for the library.
 */
import fc from 'fast-check';

/** A new revision: its parent, and whether it deletes. */
export interface Made {
  rev: string;
  parent: string | undefined;
  deleted: boolean;
}

/** A tree known from inserted paths. */
export class NaiveTree {
  readonly parents = new Map<string, string | undefined>();
  readonly deleted = new Map<string, boolean>();

  insert(path: readonly string[], deleted: boolean, limit = Infinity): void {
    path.slice(0, limit).forEach((rev, n) => {
      if (this.parents.get(rev) === undefined) this.parents.set(rev, path[n + 1]);
    });
    this.deleted.set(path[0]!, deleted);
  }

  /** Leaves, the winner first: live before deleted, then the greater generation, then the greater hash. */
  leaves(): { rev: string; deleted: boolean }[] {
    const inner = new Set(this.parents.values());
    const leaves = [...this.parents.keys()].filter((rev) => !inner.has(rev));
    return leaves
      .map((rev) => ({ rev, deleted: this.deleted.get(rev) === true }))
      .sort((a, b) => {
        if (a.deleted !== b.deleted) return a.deleted ? 1 : -1;
        const [m, n] = [parseInt(a.rev), parseInt(b.rev)];
        return m === n ? (a.rev < b.rev ? 1 : -1) : n - m;
      });
  }

  path(rev: string): string[] {
    const parent = this.parents.get(rev);
    return parent !== undefined && this.parents.has(parent) ? [rev, ...this.path(parent)] : [rev];
  }

  /** Drops revisions that are `limit` or more steps from every leaf. */
  prune(limit: number): void {
    const near = new Set(this.leaves().flatMap(({ rev }) => this.path(rev).slice(0, limit)));
    for (const rev of this.parents.keys()) if (!near.has(rev)) this.parents.delete(rev);
  }
}

/** A forest of revisions, each after its parent. */
export const forest = (length = 30): fc.Arbitrary<Made[]> =>
  fc
    .array(
      fc.record({
        parent: fc.nat(),
        isRoot: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
        deleted: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
      }),
      { minLength: 1, maxLength: length },
    )
    .map((steps) => {
      const made: Made[] = [];
      steps.forEach(({ parent, isRoot, deleted }, n) => {
        // Usually below one of the latest, so that branches grow long.
        const below = isRoot || n === 0 ? undefined : made[Math.max(0, n - 1 - (parent % 4))]!.rev;
        const generation = below === undefined ? 1 : parseInt(below) + 1;
        const hash = ((n * 2654435761) >>> 0).toString(16).padStart(32, '0');
        made.push({ rev: `${generation}-${hash}`, parent: below, deleted });
      });
      return made;
    });

/** The revision and its ancestors, newest first. */
export function pathOf(made: readonly Made[], rev: string): string[] {
  const parent = made.find((one) => one.rev === rev)?.parent;
  return parent === undefined ? [rev] : [rev, ...pathOf(made, parent)];
}
