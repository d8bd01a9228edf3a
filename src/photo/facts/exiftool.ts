/**
 * ExifTool, kept open: started at the first question and stopped when nothing was asked for a while, so that then no process
 * and no timer is left. Bounded in time, memory and output; it may write no file. It reads no configuration of the user's,
 * knows no time zone but UTC, and ends with us. Where we are killed, one without a file in hand ends at once, a busy one a
 * second after the time that a file may take (on Windows when it is done with its file).
 */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { openBounded, type Bounded, type Limits, type Program } from '../../base/sandbox/pool.js';
import type { ReceivedFrame } from '../../base/sandbox/frames.js';

/** What ExifTool answers for one file: `Group1:Name` → value. Empty where it can make nothing of it. */
export type ExifToolAnswer = Record<string, unknown>;

/** A started or startable ExifTool. It is asked for all tags of a file by a path that is absolute and without line breaks. */
export type Reader = Bounded<string, ExifToolAnswer>;

/** The package for Windows is an executable that brings its Perl. */
const windows = process.platform === 'win32';

/** The limits of one ExifTool: it needs some 60 MiB; an answer is a few hundred KB at most, and kept to 200. */
export const readerLimits: Limits = { seconds: 20, memory: 512 << 20, output: 8 << 20 };

/**
 * -G1: groups as specific as they get. -a: one name in several groups. -l: each value as printed (`val`) and, where it
 * differs, as read (`num`). JSONQ: values as text; as JSON numbers a title `1.10` would become 1.1. -fast: no search
 * for trailers behind the picture.
 */
const readArgs = ['-json', '-G1', '-a', '-l', '-fast', '-api', 'StructFormat=JSONQ', '-api', 'geolocation=1'];
const names = windows ? ['-charset', 'filename=utf8'] : [];
const startArgs = ['-config', '', '-stay_open', 'True', '-@', '-'];

/**
 * ExifTool in `-stay_open` mode polls for ever at the end of its input, so one whose parent was killed would stay and
 * spin. Run through this, it ends there. Busy with a file it does not notice: an alarm that no handler catches ends it.
 */
const untilEndOfInput = `
  BEGIN {
    my $seconds = shift @ARGV;
    *CORE::GLOBAL::sysread = sub (*\\$$;$) {
      my $asking = $_[0] =~ /STAYOPEN$/;
      alarm 0 if $asking;
      my $n = CORE::sysread($_[0], \${$_[1]}, $_[2], $_[3] // 0);
      exit 0 if $asking && defined $n && $n == 0;
      alarm $seconds if $asking;
      return $n;
    };
  }
  $0 = shift @ARGV;
  do $0; die $@ if $@;`;

/** The last line of every answer. Inside JSON no line begins like it. */
const ready = /(?:^|\n)\{ready\}\r?\n$/;

/** @throws SyntaxError where ExifTool's answer is no JSON. */
function readAnswer(received: ReceivedFrame): ExifToolAnswer | undefined {
  if (!ready.test(received.tail(12).toString('latin1'))) return undefined;
  const text = received.bytes().toString().replace(ready, '').trim();
  // Of a file that it can't open it says nothing here.
  const answers = text === '' ? [] : (JSON.parse(text) as ExifToolAnswer[]);
  return answers[0] ?? {};
}

/** Where ExifTool lies: a package that `exiftool-vendored` depends on, whose own code we do not need. */
function findScript(): string {
  const near = createRequire(createRequire(import.meta.url).resolve('exiftool-vendored'));
  return near(`exiftool-vendored.${windows ? 'exe' : 'pl'}`) as string;
}

/** How an ExifTool is started, whatever it is asked. `limits` are those of one. */
export function exiftoolProgram(limits: Limits): Omit<Program<never, never>, 'write' | 'read'> {
  const script = findScript();
  return {
    command: windows ? script : 'perl',
    args: windows ? startArgs : ['-e', untilEndOfInput, String(Math.ceil(limits.seconds) + 1), script, ...startArgs],
    // Nothing of our environment but where programs are: PERL5OPT, EXIFTOOL_HOME and a time zone would change answers.
    env: () => (windows ? process.env : { PATH: process.env['PATH'], LANG: 'C', TZ: 'UTC' }),
    writes: windows,
    limits,
  };
}

/** Arguments as ExifTool reads them: a line each, and a last one that says what it prints at the end of its answer. */
export const argumentLines = (args: readonly string[], end = ''): string =>
  [...names, ...args, `-execute${end}`, ''].join('\n');

/** Opens a reader of up to `processes` ExifTools that end after `idle` ms. */
export function openReader({ processes = availableParallelism(), idle = 30_000, limits = readerLimits } = {}): Reader {
  const write = (path: string): string => argumentLines([...readArgs, path]);
  return openBounded({ ...exiftoolProgram(limits), write, read: readAnswer }, { size: processes, idle, uses: 1000 });
}
