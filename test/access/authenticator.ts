/**
 * A software authenticator: creates passkeys and signs with them as a browser would (Web Authentication Level 3, 6.1
 * and 6.5; CTAP2's CBOR), so that the server's checks can be tested with valid and invalid responses.
 */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { Site } from '../../src/access/passkeys.js';

export interface Authenticator {
  make(options: { challenge: string; user: { id: string } }, site: Site): RegistrationResponseJSON;
  use(
    options: { challenge: string },
    site: Site,
    over?: { userVerified?: boolean; counter?: number },
  ): AuthenticationResponseJSON;
}

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
const text = (bytes: Buffer): string => bytes.toString('base64url');

type Cbor = number | string | Buffer | Map<Cbor, Cbor>;

/** The required part of CBOR (RFC 8949). */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.size), ...[...value].flat().map(cbor)]);
}

function head(major: number, n: number): Buffer {
  if (n < 24) return Buffer.from([(major << 5) | n]);
  if (n < 256) return Buffer.from([(major << 5) | 24, n]);
  return Buffer.from([(major << 5) | 25, n >> 8, n & 255]);
}

const client = (type: string, challenge: string, { origin }: Site): Buffer =>
  Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));

/** Flags (user present, user verified, attested data) and counter. */
function dataOf({ rp }: Site, flags: number, counter: number, rest: Buffer = Buffer.alloc(0)): Buffer {
  const numbers = Buffer.alloc(5);
  numbers.writeUInt8(flags, 0);
  numbers.writeUInt32BE(counter, 1);
  return Buffer.concat([sha256(rp), numbers, rest]);
}

function coseOf(key: KeyObject): Buffer {
  const { x, y } = key.export({ format: 'jwk' }) as { x: string; y: string };
  const [left, right] = [Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
  return cbor(new Map<Cbor, Cbor>([[1, 2], [3, -7], [-1, 1], [-2, left], [-3, right]])); // prettier-ignore
}

export function makeAuthenticator(): Authenticator {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(32);
  let counter = 0;
  let user = '';
  const common = { id: text(id), rawId: text(id), type: 'public-key', clientExtensionResults: {} } as const;
  return {
    make({ challenge, user: { id: handle } }, site) {
      user = handle;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(id.length);
      const attested = Buffer.concat([Buffer.alloc(16), length, id, coseOf(publicKey)]);
      const authData = dataOf(site, 0x45, counter, attested);
      const attestation = cbor(new Map<Cbor, Cbor>([['fmt', 'none'], ['attStmt', new Map()], ['authData', authData]])); // prettier-ignore
      const clientDataJSON = text(client('webauthn.create', challenge, site));
      return {
        ...common,
        response: { clientDataJSON, attestationObject: text(attestation), transports: ['internal'] },
      };
    },
    use({ challenge }, site, { userVerified = true, counter: shown } = {}) {
      counter = shown ?? counter + 1;
      const authenticatorData = dataOf(site, userVerified ? 0x05 : 0x01, counter);
      const clientData = client('webauthn.get', challenge, site);
      const signature = sign('sha256', Buffer.concat([authenticatorData, sha256(clientData)]), privateKey);
      return {
        ...common,
        response: {
          clientDataJSON: text(clientData),
          authenticatorData: text(authenticatorData),
          signature: text(signature),
          userHandle: user,
        },
      };
    },
  };
}
