/** Who can open a link: the reachability of the host in its URL. */
import { fetchAccess } from './access-api.js';

/** From where a URL is reachable: only on the server's computer, only in its network, or from anywhere. */
export type Reach = 'computer' | 'network' | 'anywhere';

/** Private and link-local addresses (RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291). */
const privateAddress =
  /^(?:10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|\[f[cd]|\[fe[89ab])/;

/** From where the host of a URL is reachable, judged by its name. */
export function reachOf(address: string): Reach {
  const host = new URL(address).hostname.replace(/\.$/, '');
  if (/^(?:127\.|\[::1\]$|(?:.+\.)?localhost$)/.test(host)) return 'computer';
  const local = !host.includes('.') && !host.startsWith('[');
  return local || privateAddress.test(host) || /\.(?:local|lan|home|internal|home\.arpa)$/.test(host)
    ? 'network'
    : 'anywhere';
}

/** The full URL of a path, based on the public address if the owner set one. */
export async function linkTo(path: string): Promise<string> {
  const { publicAddress } = await fetchAccess();
  return `${publicAddress ?? location.origin}${path}`;
}
