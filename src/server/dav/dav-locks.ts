/**
 * Write locks of WebDAV (RFC 4918, 6 and 7), in memory: a restart ends them, which the RFC permits. Each sender’s
 * listing, which only the sender can see, has separate locks. Their number is limited.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.js';
import { PhotospoolError } from '../../base/errors.js';
import { hrefOf } from './dav-path.js';
import { childOf, childrenOf, isDav, writeElement, type XmlElement } from './xml-body.js';

/** A lock. Times in ms. */
export interface Lock {
  /** `urn:uuid:…`; together with the sender it proves that a client holds the lock. */
  token: string;
  path: string;
  /** Whether it covers everything in a folder. */
  deep: boolean;
  shared: boolean;
  /** The client's information about its owner: an XML element. */
  owner?: string;
  timeout: number;
  expires: number;
}

/** The limits of locks (`shared`: of those that cover one path), and their longest timeout in ms. */
export const lockBounds = { shared: 10, ofSender: 1_000, all: 10_000, timeout: 3_600_000, owner: 2_048 };

/** A requested lock. */
export type WantedLock = Pick<Lock, 'path' | 'deep' | 'shared' | 'owner' | 'timeout'>;

/** The locks of all senders. */
export interface Locks {
  /** The locks that cover a path. */
  on(sender: string, path: string): Lock[];
  /** The locks on something in a folder. */
  below(sender: string, path: string): Lock[];
  /** Takes a lock; undefined if another one excludes it. @throws PhotospoolError `disk-full` beyond the limits. */
  take(sender: string, wanted: WantedLock): Lock | undefined;
  /** Refreshes a lock. */
  refresh(lock: Lock, timeout: number): void;
  /** Ends a lock. */
  end(sender: string, lock: Lock): void;
  /** Ends the locks on a path and below it, after its removal. */
  drop(sender: string, path: string): void;
}

const isBelow = (path: string, folder: string): boolean =>
  path !== folder && (folder === '' || path.startsWith(`${folder}/`));

/** Opens the locks. */
export function openLocks(clock: Pick<Clock, 'now'>, bounds = lockBounds): Locks {
  const all = new Map<string, Set<Lock>>();

  function of(sender: string): Lock[] {
    const own = all.get(sender) ?? new Set();
    for (const lock of own) if (lock.expires <= clock.now()) own.delete(lock);
    if (own.size === 0) all.delete(sender);
    return [...own];
  }

  const locks: Locks = {
    on: (sender, path) => of(sender).filter((lock) => lock.path === path || (lock.deep && isBelow(path, lock.path))),
    below: (sender, path) => of(sender).filter((lock) => isBelow(lock.path, path)),
    take(sender, wanted) {
      const { path, deep, shared } = wanted;
      const others = [...locks.on(sender, path), ...(deep ? locks.below(sender, path) : [])];
      if (others.some((other) => !shared || !other.shared)) return undefined;
      if (others.length >= bounds.shared || of(sender).length >= bounds.ofSender) throw full();
      let count = 0;
      for (const one of [...all.keys()]) count += of(one).length;
      if (count >= bounds.all) throw full();
      const lock: Lock = { ...wanted, token: `urn:uuid:${randomUUID()}`, expires: clock.now() + wanted.timeout };
      all.set(sender, (all.get(sender) ?? new Set()).add(lock));
      return lock;
    },
    refresh(lock, timeout) {
      lock.timeout = timeout;
      lock.expires = clock.now() + timeout;
    },
    end: (sender, lock) => void all.get(sender)?.delete(lock),
    drop(sender, path) {
      for (const lock of of(sender)) if (lock.path === path || isBelow(lock.path, path)) locks.end(sender, lock);
    },
  };
  return locks;
}

const full = (): PhotospoolError =>
  new PhotospoolError('disk-full', 'There are too many locks.', {
    hint: 'Locks expire within an hour. Try again later.',
  });

/** The lock requested by the body of LOCK. @throws PhotospoolError `invalid`, `too-large`. */
export function lockIn(body: XmlElement): Pick<Lock, 'shared' | 'owner'> {
  const [scope, type, owner] = ['lockscope', 'locktype', 'owner'].map((name) => childOf(body, name));
  const wanted = scope && childrenOf(scope)[0];
  const isShared = wanted !== undefined && isDav(wanted, 'shared');
  if (
    !isDav(body, 'lockinfo') ||
    !type ||
    !childOf(type, 'write') ||
    !(isShared || (wanted && isDav(wanted, 'exclusive')))
  )
    throw new PhotospoolError('invalid', 'The body must be a DAV:lockinfo for an exclusive or shared write lock.');
  const written = owner && writeElement(owner);
  if (written !== undefined && Buffer.byteLength(written) > lockBounds.owner)
    throw new PhotospoolError('too-large', 'The owner of the lock is too long.');
  return { shared: isShared, ...(written !== undefined && { owner: written }) };
}

/** The timeout requested by a client, in ms; at most an hour, by default ten minutes. */
export function timeoutIn(header: string | string[] | undefined): number {
  const [first = ''] = (header ?? '').toString().split(',');
  const [, seconds] = /^\s*second-(\d{1,10})\s*$/i.exec(first) ?? [];
  if (seconds !== undefined) return Math.min(lockBounds.timeout, Math.max(1, Number(seconds)) * 1000);
  return /^\s*infinite\s*$/i.test(first) ? lockBounds.timeout : 600_000;
}

/** A lock as an element `activelock`. `isFolder`: whether its path is a folder. */
export function writeLock({ token, path, deep, shared, owner, timeout }: Lock, isFolder: boolean): string {
  const root = hrefOf(['incoming', ...path.split('/').filter((name) => name !== '')], isFolder);
  return [
    '<D:activelock><D:locktype><D:write/></D:locktype>',
    `<D:lockscope><D:${shared ? 'shared' : 'exclusive'}/></D:lockscope><D:depth>${deep ? 'infinity' : '0'}</D:depth>`,
    `${owner ?? ''}<D:timeout>Second-${Math.round(timeout / 1000)}</D:timeout>`,
    `<D:locktoken><D:href>${token}</D:href></D:locktoken><D:lockroot><D:href>${root}</D:href></D:lockroot></D:activelock>`,
  ].join('');
}
