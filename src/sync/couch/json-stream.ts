/**
 * Splits a JSON object of any size while it arrives: its members, and the elements of one list, each as JSON text.
 * Holds only one of them at a time, so that the work for each can be bounded. JSON.parse validates the text of each
 * part; this parser only checks the structure around it. A crash leaves nothing.
 */
import { PhotospoolError } from '../../base/errors.js';

/** A member of the object, or an element of the list; an empty list is a member. */
export interface Part {
  /** The key of the member, or of the list of the element. */
  name: string;
  isElement: boolean;
  /** JSON, not parsed yet; of an overlong part only its beginning. */
  text: string;
  isTooLong: boolean;
  /** The total number of members of all objects in it. */
  fields: number;
}

/** How to split an object. */
export interface SplitOptions {
  /** The member whose elements are returned one by one, if it is an array. */
  list?: string;
  /** The maximum bytes of a part. */
  longest: number;
  /** The maximum bytes of the whole object. */
  total: number;
}

/** How many bytes of an overlong part are kept. */
const headOfLong = 4_096;

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const opens = (byte: number): boolean => byte === openBrace || byte === openBracket;
const closes = (byte: number): boolean => byte === closeBrace || byte === closeBracket;

/** The expected content outside a part. */
type Expected =
  'object' | 'key' | 'first key' | 'colon' | 'value' | 'next' | 'element' | 'first element' | 'more' | 'end';

/**
 * The parts of an object; each array has those completed by one chunk of the source.
 * @throws PhotospoolError `invalid` if it is not a JSON object, `too-large` beyond `total`.
 */
export async function* splitObject(source: AsyncIterable<Uint8Array>, options: SplitOptions): AsyncGenerator<Part[]> {
  const splitter = new Splitter(options);
  let size = 0;
  for await (const piece of source) {
    size += piece.length;
    if (size > options.total) throw tooLarge(options.total);
    const parts = splitter.push(piece);
    if (parts.length > 0) yield parts;
  }
  splitter.end();
}

/** @throws PhotospoolError `invalid`. */
export function parsePart(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notJson(cause);
  }
}

class Splitter {
  private expected: Expected = 'object';
  private name = '';
  /** The current part: its chunks, its length, and the nesting depth. */
  private pieces: Uint8Array[] = [];
  private length = 0;
  private depth = 0;
  private fields = 0;
  private isReading = false;
  private inText = false;
  private isEscaped = false;
  private found: Part[] = [];

  constructor(private readonly options: SplitOptions) {}

  push(piece: Uint8Array): Part[] {
    this.found = [];
    let from = 0;
    for (let at = 0; at < piece.length;) {
      if (!this.isReading) {
        // The first byte of a part is read once more.
        if (this.expect(piece[at]!)) from = at;
        else at++;
        continue;
      }
      const end = this.read(piece, at);
      this.keep(piece.subarray(from, end < 0 ? piece.length : end));
      if (end < 0) break;
      this.finish();
      at = end;
    }
    return this.found;
  }

  end(): void {
    if (this.expected !== 'end' || this.isReading) throw notJson();
  }

  /** The end of the current part; negative if it is not in this chunk. */
  private read(piece: Uint8Array, start: number): number {
    for (let at = start; at < piece.length; at++) {
      const byte = piece[at]!;
      if (this.inText) {
        if (this.isEscaped) this.isEscaped = false;
        else if (byte === backslash) this.isEscaped = true;
        else if (byte === quote) {
          this.inText = false;
          if (this.depth === 0) return at + 1;
        }
      } else if (byte === quote) this.inText = true;
      else if (byte === colon && this.depth > 0) this.fields++;
      else if (opens(byte)) this.depth++;
      else if (closes(byte)) {
        if (this.depth === 0) return at;
        if (--this.depth === 0) return at + 1;
      } else if (this.depth === 0 && (byte === comma || byte === colon || isSpace(byte))) return at;
    }
    return -1;
  }

  private keep(bytes: Uint8Array): void {
    const { longest } = this.options;
    if (this.length <= longest) this.pieces.push(bytes);
    this.length += bytes.length;
    if (this.length > longest) this.pieces = [Buffer.concat(this.pieces).subarray(0, headOfLong)];
  }

  /** Completes a part: a key, a value, or an element. */
  private finish(): void {
    const isTooLong = this.length > this.options.longest;
    const text = Buffer.concat(this.pieces).toString('utf8');
    [this.pieces, this.length, this.isReading] = [[], 0, false];
    if (this.expected === 'key' || this.expected === 'first key') {
      const name = isTooLong ? undefined : parsePart(text);
      if (typeof name !== 'string') throw notJson();
      this.name = name;
      this.expected = 'colon';
      return;
    }
    const isElement = this.expected === 'element' || this.expected === 'first element';
    this.found.push({ name: this.name, isElement, text, isTooLong, fields: this.fields });
    this.expected = isElement ? 'more' : 'next';
  }

  /** Processes a byte outside a part; returns whether a part begins with it. @throws PhotospoolError `invalid`. */
  private expect(byte: number): boolean {
    if (isSpace(byte)) return false;
    switch (this.expected) {
      case 'object':
        return this.follow(byte === openBrace, 'first key');
      case 'colon':
        return this.follow(byte === colon, 'value');
      case 'value':
        if (byte === openBracket && this.name === this.options.list) return this.follow(true, 'first element');
        return this.begin(byte);
      case 'next':
        return this.follow(byte === comma || byte === closeBrace, byte === comma ? 'key' : 'end');
      case 'more':
        return this.follow(byte === comma || byte === closeBracket, byte === comma ? 'element' : 'next');
      case 'first element':
        if (byte !== closeBracket) return this.begin(byte);
        this.found.push({ name: this.name, isElement: false, text: '[]', isTooLong: false, fields: 0 });
        return this.follow(true, 'next');
      case 'first key':
        return byte === closeBrace ? this.follow(true, 'end') : this.begin(byte);
      case 'key':
      case 'element':
        return this.begin(byte);
      case 'end':
        throw notJson();
    }
  }

  private follow(isGood: boolean, expected: Expected): false {
    if (!isGood) throw notJson();
    this.expected = expected;
    return false;
  }

  private begin(byte: number): true {
    if (byte === comma || byte === colon || closes(byte)) throw notJson();
    [this.isReading, this.inText, this.isEscaped, this.depth, this.fields] = [true, false, false, 0, 0];
    return true;
  }
}

const notJson = (cause?: unknown): PhotospoolError =>
  new PhotospoolError('invalid', 'The body is not a valid JSON object.', { op: 'read', cause });
const tooLarge = (bytes: number): PhotospoolError =>
  new PhotospoolError('too-large', `The body is larger than ${Math.floor(bytes / 2 ** 20)} MiB.`, { op: 'read' });
