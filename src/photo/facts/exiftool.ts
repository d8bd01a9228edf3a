/**
 * A pool of ExifTool processes: they start with the first question and end after an idle time, so that no process and
 * no timer remains. Limited in time, memory and output; they may not write files. They read no user configuration, use
 * the time zone UTC, and end with this process. If this process is killed, an idle one ends at once, a busy one a
 * second after the time limit for a file (on Windows when it has finished its file).
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { availableParallelism } from 'node:os';
import { openBounded, type Bounded, type Limits, type Program } from '../../base/sandbox/pool.js';
import type { ReceivedFrame } from '../../base/sandbox/frames.js';

/** ExifTool's answer for one file: `Group1:Name` → value. Empty if it can't read the file. */
export type ExifToolAnswer = Record<string, unknown>;

/**
 * A pool of ExifTool processes. Its questions are file paths, absolute and without line breaks; it returns all tags.
 */
export type Reader = Bounded<string, ExifToolAnswer>;

/** The package for Windows is an executable with its own Perl. */
const windows = process.platform === 'win32';

/** The limits of one ExifTool: it needs about 60 MiB; an answer has a few hundred KB at most, of which 200 are kept. */
export const readerLimits: Limits = { seconds: 20, memory: 512 << 20, output: 8 << 20 };

/**
 * -G1: specific groups. -a: duplicate names in several groups. -l: each value as printed (`val`) and, if different, raw
 * (`num`). JSONQ: values as text; as JSON numbers a title `1.10` would become 1.1. -fast: no search for trailers after
 * the picture.
 */
const readArgs = ['-json', '-G1', '-a', '-l', '-fast', '-api', 'StructFormat=JSONQ', '-api', 'geolocation=1'];
const names = windows ? ['-charset', 'filename=utf8'] : [];
const startArgs = ['-config', '', '-stay_open', 'True', '-@', '-'];

/**
 * ExifTool in `-stay_open` mode polls forever at the end of its input, so it would survive a killed parent and use CPU
 * time. This wrapper ends it there. While busy with a file it does not notice; then an alarm without a handler ends it.
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

/** The last line of every answer. No line inside JSON starts like this. */
const ready = /(?:^|\n)\{ready\}\r?\n$/;

/** @throws SyntaxError if ExifTool's answer is not JSON. */
function readAnswer(received: ReceivedFrame): ExifToolAnswer | undefined {
  if (!ready.test(received.tail(12).toString('latin1'))) return undefined;
  const text = received.bytes().toString().replace(ready, '').trim();
  // For a file that it can't open it prints nothing here.
  const answers = text === '' ? [] : (JSON.parse(text) as ExifToolAnswer[]);
  return answers[0] ?? {};
}

/** The path of ExifTool: a package that `exiftool-vendored` depends on; we do not need the wrapper's own code. */
function findScript(): string {
  const near = createRequire(createRequire(import.meta.url).resolve('exiftool-vendored'));
  return near(`exiftool-vendored.${windows ? 'exe' : 'pl'}`) as string;
}

/** The file of places that comes with ExifTool (gazetteer.ts). */
export function gazetteerFile(): string {
  const inside = windows ? ['exiftool_files', 'lib'] : ['lib'];
  return join(dirname(findScript()), ...inside, 'Image', 'ExifTool', 'Geolocation.dat');
}

/** How an ExifTool is started for any kind of question. `limits` apply to each process. */
export function exiftoolProgram(limits: Limits): Omit<Program<never, never>, 'write' | 'read'> {
  const script = findScript();
  return {
    command: windows ? script : 'perl',
    args: windows ? startArgs : ['-e', untilEndOfInput, String(Math.ceil(limits.seconds) + 1), script, ...startArgs],
    // Only PATH from our environment: PERL5OPT, EXIFTOOL_HOME and a time zone would change answers.
    env: () => (windows ? process.env : { PATH: process.env['PATH'], LANG: 'C', TZ: 'UTC' }),
    writes: windows,
    limits,
  };
}

/** Arguments in ExifTool's format: one per line; the last one sets what it prints at the end of its answer. */
export const argumentLines = (args: readonly string[], end = ''): string =>
  [...names, ...args, `-execute${end}`, ''].join('\n');

/**
 * Longer than an ExifTool needs to start, and far longer than for an answer: another one, which takes 30 MiB, only
 * starts if a file delays the first one.
 */
const patience = 3_000;

/** Opens a reader with up to `processes` ExifTools that end after `idle` ms. */
export function openReader({ processes = availableParallelism(), idle = 30_000, limits = readerLimits } = {}): Reader {
  const write = (path: string): string => argumentLines([...readArgs, path]);
  const crew = { size: processes, idle, uses: 1000, patience };
  return openBounded({ ...exiftoolProgram(limits), write, read: readAnswer }, crew);
}
