/** The groups of addresses for all limits per address. Pure. */

/**
 * The groups in which an address is counted, the narrowest first: an IPv4 address alone; an IPv6 address in its /64,
 * one household's network, and in its /48, the most that a customer usually gets (RFC 6177), which contains 65,536 of
 * the former.
 */
export function addressGroups(address: string): [narrow: string, ...wide: string[]] {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!plain.includes(':')) return [plain];
  const [head = '', tail] = plain.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const whole = [...first, ...Array<string>(zeros).fill('0'), ...last].map((part) => parseInt(part, 16).toString(16));
  return [`${whole.slice(0, 4).join(':')}::/64`, `${whole.slice(0, 3).join(':')}::/48`];
}
