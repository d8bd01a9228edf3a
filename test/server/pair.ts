/** A self-signed certificate for 127.0.0.1 and localhost, constructed from its parts (RFC 5280, in DER). */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';

const der = (tag: number, ...parts: (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)));
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
};
const sequence = (...parts: (Buffer | string)[]): Buffer => der(0x30, ...parts);
const text = (tag: number, value: string): Buffer => der(tag, Buffer.from(value, 'latin1'));
const [commonName, subjectNames, ecdsaSha256] = ['0603550403', '0603551d11', '06082a8648ce3d040302'];

/** Creates a pair of PEM texts; `name` is the name of the certificate. */
export function makePair(name: string): { cert: string; key: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const called = sequence(der(0x31, sequence(commonName, text(0x0c, name))));
  const names = sequence(text(0x82, 'localhost'), der(0x87, '7f000001'));
  const serial = createHash('sha256').update(spki).digest().subarray(0, 8);
  serial[0]! &= 0x7f;
  const body = sequence(
    der(0xa0, '020102'),
    der(0x02, '01', serial),
    sequence(ecdsaSha256),
    called,
    sequence(text(0x17, '200101000000Z'), text(0x17, '491231235959Z')),
    called,
    spki,
    der(0xa3, sequence(sequence(subjectNames, der(0x04, names)))),
  );
  const signature = sign('sha256', body, privateKey);
  const cert = sequence(body, sequence(ecdsaSha256), der(0x03, '00', signature));
  const lines = cert.toString('base64').replace(/.{1,64}/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
