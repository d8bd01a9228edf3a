/**
 * Whose `X-Forwarded-For`, `-Proto` and `-Host` count. From anyone else these headers are only what somebody claims.
 */
import { BlockList, isIP } from 'node:net';
import { isLoopbackAddress } from './allowed-hosts.js';

/** Whether the address of a peer is a proxy's that is trusted. */
export type Trust = (address: string) => boolean;

/** Makes the check. `trusted` holds addresses, networks (`10.0.0.0/8`) and the word `loopback`. */
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
    // What a proxy passed on need not be an address at all.
    const address = given.replace(/^::ffff:(?=\d+\.)/i, '');
    const version = isIP(address);
    if (version === 0) return false;
    return (loopback && isLoopbackAddress(address)) || list.check(address, version === 6 ? 'ipv6' : 'ipv4');
  };
}
