/**
 * The host names under which the server may be addressed. A page of another site can resolve its own name to this
 * machine's address (DNS rebinding) and would then have the same origin as the album; it can't do that with an IP
 * address, or with a name of another site. So the `Host` of a request must be one of these.
 */
import { isIP } from 'node:net';

/**
 * Whether an address is this machine's loopback: 127.0.0.0/8 or ::1 (RFC 6890), also as an IPv4-mapped IPv6 address.
 */
export function isLoopbackAddress(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(plain) === 4 ? plain.startsWith('127.') : plain === '::1';
}

/** Whether a host name can only mean this machine: a loopback address, `localhost` or a name below it (RFC 6761). */
export function isLoopbackName(name: string): boolean {
  const plain = bare(name);
  return isLoopbackAddress(plain) || plain === 'localhost' || plain.endsWith('.localhost');
}

/** A name in lower case, without the brackets of an IPv6 address and the final dot of a fully qualified name. */
const bare = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');

/** The host in a `Host` header (RFC 9110, 7.2) without its port; empty if it is invalid. */
export function hostOf(header: string | undefined): string {
  return /^(\[[^\]]*\]|[^:]*)(?::\d{1,5})?$/.exec(header ?? '')?.[1] ?? '';
}

/**
 * Creates the check of `Host` headers. Accepted are loopback names, any IP address, this machine's own name (alone and
 * with `.local`, as in mDNS), `names`, and the host of the public address set by the owner, which `address` returns.
 */
export function makeHosts(
  names: readonly string[],
  self: string,
  address: () => string | undefined = () => undefined,
): (header: string | undefined) => boolean {
  const own = bare(self);
  const [first = own] = own.split('.');
  const known = new Set([...names.map(bare), ...(own === '' ? [] : [own, first, `${first}.local`])]);
  return (header) => {
    const host = bare(hostOf(header));
    if (isIP(host) !== 0 || isLoopbackName(host) || known.has(host)) return true;
    const set = address();
    return set !== undefined && host === bare(new URL(set).hostname);
  };
}
