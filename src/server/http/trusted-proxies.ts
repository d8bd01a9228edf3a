/**
 * Which proxies may set `X-Forwarded-For`, `-Proto` and `-Host`. From anyone else these headers are unverified claims.
 */
import { BlockList, isIP } from 'node:net';
import { isLoopbackAddress } from './allowed-hosts.js';

/** Whether the address of a peer is that of a trusted proxy. */
export type Trust = (address: string) => boolean;

/** Creates the check. `trusted` contains addresses, networks (`10.0.0.0/8`) and the word `loopback`. */
export function makeTrust(trusted: readonly string[]): Trust {
  const list = new BlockList();
  for (const one of trusted) {
    const [address = '', bits] = one.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (isIP(address) === 0) continue;
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  const loopback = trusted.includes('loopback');
  return (given) => {
    // A forwarded value need not be an address.
    const address = given.replace(/^::ffff:(?=\d+\.)/i, '');
    const version = isIP(address);
    if (version === 0) return false;
    return (loopback && isLoopbackAddress(address)) || list.check(address, version === 6 ? 'ipv6' : 'ipv4');
  };
}
