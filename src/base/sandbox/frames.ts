/**
 * How a helper process answers: a frame of two lengths (32 bits each, big-endian), a JSON header and bytes. Pure. Whoever
 * reads decides how much is too much before anything is put together; JSON and plain bytes can't make more than they are.
 */

/** What came from a process so far. */
export class ReceivedFrame {
  readonly #chunks: Buffer[] = [];
  /** Bytes so far. */
  length = 0;

  /** Takes the next part. */
  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.length += chunk.length;
  }

  /** All of it. Put together once, however often it is asked for. */
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

/** A header and the bytes that it tells about. */
export interface Frame {
  header: unknown;
  body: Buffer;
}

const prefix = 8;

/** A frame as it is sent, in parts. */
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

/** The frame, where all of it has come. @throws SyntaxError where its header is no JSON, RangeError where more than it came. */
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
