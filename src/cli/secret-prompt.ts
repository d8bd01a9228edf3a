/**
 * Prompts for a password or another secret: on a terminal hidden, twice; otherwise reads the first line of stdin. It is
 * never an argument, where other users of the machine could read it.
 */
import { PhotospoolError } from '../base/errors.js';

/** Where a password is read from, and where the prompt is written. */
export interface Terminal {
  input: NodeJS.ReadStream;
  output: NodeJS.WritableStream;
}

/** Prompts for a new password. @throws PhotospoolError `usage` if there is none, or the two differ. */
export async function askPassword(who: string, terminal: Terminal = usual()): Promise<string> {
  if (!terminal.input.isTTY) return firstLine(terminal.input, 'password');
  const first = await askHidden(`New password for ${who}: `, terminal);
  const again = await askHidden('Repeat the password: ', terminal);
  if (first === again) return first;
  throw new PhotospoolError('usage', 'The passwords do not match.', { hint: 'Try again.' });
}

/** Reads an existing secret, once. `what` names it in messages. @throws PhotospoolError `usage` if there is none. */
export function readSecret(what: string, terminal: Terminal = usual()): Promise<string> {
  return terminal.input.isTTY ? askHidden(`Enter the ${what}: `, terminal) : firstLine(terminal.input, what);
}

const usual = (): Terminal => ({ input: process.stdin, output: process.stderr });
/** Longer ones are rejected anyway. */
const longest = 10_000;

async function firstLine(input: NodeJS.ReadableStream, what: string): Promise<string> {
  let text = '';
  input.setEncoding('utf8');
  for await (const part of input as AsyncIterable<string>) {
    text += part;
    if (text.includes('\n') || text.length > longest) break;
  }
  const line = text.split(/\r?\n/, 1)[0] ?? '';
  if (line !== '') return line;
  throw new PhotospoolError('usage', `No ${what} was given on stdin.`, { hint: 'Pass it as a single line.' });
}

/** Reads a line in raw mode, so that the terminal does not show it. */
function askHidden(question: string, { input, output }: Terminal): Promise<string> {
  output.write(question);
  input.setRawMode(true);
  input.setEncoding('utf8');
  input.resume();
  return new Promise((resolve, reject) => {
    let text = '';
    const end = (settle: () => void): void => {
      input.off('data', take);
      input.setRawMode(false);
      input.pause();
      output.write('\n');
      settle();
    };
    const take = (part: string): void => {
      for (const key of part) {
        if (key === '\r' || key === '\n') return end(() => resolve(text));
        // Ctrl-C and Ctrl-D arrive as characters in this mode.
        if (key === '\u0003' || key === '\u0004') return end(() => reject(stopped()));
        if (key === '\u007f' || key === '\b') text = [...text].slice(0, -1).join('');
        else if (text.length < longest) text += key;
      }
    };
    input.on('data', take);
  });
}

const stopped = (): PhotospoolError => new PhotospoolError('usage', 'Cancelled. Nothing was changed.');
