/**
 * The responses of a helper process: a frame of two lengths (32 bits each, big-endian), a JSON header and bytes. Pure.
 * The reader limits the size before assembling the parts; JSON and plain bytes cannot expand.
 */

/** The bytes received from a process so far. */
export class ReceivedFrame {
  readonly #chunks: Buffer[] = [];
  /** Bytes so far. */
  length = 0;

  /** Appends a chunk. */
  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.length += chunk.length;
  }

  /** All bytes, concatenated once, however often it is called. */
  bytes(): Buffer {
    if (this.#chunks.length !== 1) this.#chunks.splice(0, Infinity, Buffer.concat(this.#chunks));
    return this.#chunks[0]!;
  }

  /** The first `count` bytes, or fewer. */
  head(count: number): Buffer {
    const first = this.#chunks[0];
    return (first && first.length >= count ? first : this.bytes()).subarray(0, count);
  }

  /** The last `count` bytes, or fewer. */
  tail(count: number): Buffer {
    const parts: Buffer[] = [];
    for (let n = this.#chunks.length, has = 0; n > 0 && has < count; has += parts[0]!.length)
      parts.unshift(this.#chunks[--n]!);
    return Buffer.concat(parts).subarray(-count);
  }
}

/** A header and its bytes. */
export interface Frame {
  header: unknown;
  body: Buffer;
}

const prefix = 8;

/** The chunks of a frame to send. */
export function pack(header: unknown, body: readonly Uint8Array[] = []): Uint8Array[] {
  const text = Buffer.from(JSON.stringify(header));
  const lengths = Buffer.alloc(prefix);
  lengths.writeUInt32BE(text.length, 0);
  lengths.writeUInt32BE(
    body.reduce((sum, { length }) => sum + length, 0),
    4,
  );
  return [lengths, text, ...body];
}

/**
 * The frame if it is complete. @throws SyntaxError if its header is not valid JSON, RangeError if more bytes than
 * announced arrived.
 */
export function unpack(received: ReceivedFrame): Frame | undefined {
  if (received.length < prefix) return undefined;
  const lengths = received.head(prefix);
  const [text, body] = [lengths.readUInt32BE(0), lengths.readUInt32BE(4)];
  if (received.length < prefix + text + body) return undefined;
  if (received.length > prefix + text + body) throw new RangeError('more than one frame');
  const bytes = received.bytes();
  const header: unknown = JSON.parse(bytes.toString('utf8', prefix, prefix + text));
  return { header, body: bytes.subarray(prefix + text) };
}
