/** From where an address can be opened, as far as it tells. */
import { expect, test } from 'vitest';
import { reachOf } from '../../web/src/lib/address-reach.js';

test.each([
  ['http://127.0.0.1:4780', 'computer'],
  ['http://localhost:4780', 'computer'],
  ['http://album.localhost', 'computer'],
  ['http://[::1]:4780', 'computer'],
  ['http://192.168.1.7:4780', 'network'],
  ['http://10.0.0.3', 'network'],
  ['http://172.16.0.3', 'network'],
  ['http://172.32.0.3', 'anywhere'],
  ['http://100.64.1.1', 'network'],
  ['http://[fd00::7]', 'network'],
  ['http://[fe80::7]', 'network'],
  ['http://attic:4780', 'network'],
  ['http://attic.local', 'network'],
  ['https://photos.example.org', 'anywhere'],
  ['https://localhost.example.org', 'anywhere'],
  ['https://[2001:db8::7]', 'anywhere'],
])('%s is reachable from: %s', (address, reach) => {
  expect(reachOf(address)).toBe(reach);
});
