/**
 * One ExifTool kept open, started at the first question and stopped when nothing was asked for a while: then no process
 * and no timer is left. It reads no configuration of the user's, knows no time zone but UTC, and ends with us, even
 * where we are killed.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { ExifTool, exiftoolPath } from 'exiftool-vendored';
import { PhotospoolError } from '../base/errors.js';

/** What ExifTool answers for one file: `Group1:Name` → value; beside it `errors` and `warnings` of the run. */
export type Answer = Record<string, unknown>;

/** A started or startable ExifTool. */
export interface Reader {
  /** All tags of a file. `path` must be absolute and hold no line break. @throws what ExifTool or its process says. */
  ask(path: string): Promise<Answer>;
  /** Stops it; whatever is in hand is answered with an error. */
  close(): Promise<void>;
}

/**
 * -G1: groups as specific as they get. -a: one name in several groups. -l: each value as printed (`val`) and, where it
 * differs, as read (`num`). JSONQ: values as text; as JSON numbers a title `1.10` would become 1.1. -fast: no search
 * for trailers behind the picture.
 */
const readArgs = ['-G1', '-a', '-l', '-fast', '-api', 'StructFormat=JSONQ', '-api', 'geolocation=1'];
const startArgs = ['-config', '', '-stay_open', 'True', '-@', '-'];

/**
 * ExifTool in `-stay_open` mode polls for ever at the end of its input, so one whose parent was killed would stay and
 * spin. Run through this, it ends there.
 */
const untilEndOfInput = `
  BEGIN {
    *CORE::GLOBAL::sysread = sub (*\\$$;$) {
      my $n = CORE::sysread($_[0], \${$_[1]}, $_[2], $_[3] // 0);
      exit 0 if defined $n && $n == 0 && $_[0] =~ /STAYOPEN$/;
      return $n;
    };
  }
  $0 = shift @ARGV;
  do $0; die $@ if $@;`;

/** Nothing of our environment but where programs are: PERL5OPT, EXIFTOOL_HOME and a time zone would change answers. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LANG: 'C', TZ: 'UTC' };
}

async function start(): Promise<ChildProcess> {
  const script = await exiftoolPath();
  const options = { stdio: 'pipe', env: environment() } as const;
  // The package for Windows is an executable that brings its Perl.
  if (process.platform === 'win32') return spawn(script, startArgs, { ...options, env: process.env });
  const perl = spawn('perl', ['-e', untilEndOfInput, script, ...startArgs], options);
  // A process that can't be started is missed by its questions, which say so; here it must not end ours.
  perl.on('error', () => undefined);
  return perl;
}

/** @throws PhotospoolError `io` where there is no Perl to run ExifTool with. */
async function checkPerl(): Promise<void> {
  if (process.platform === 'win32') return;
  const perl = spawn('perl', ['-v'], { stdio: 'ignore', env: environment() });
  const cause = await new Promise<Error | undefined>((resolve) => {
    perl.once('error', resolve);
    perl.once('exit', () => resolve(undefined));
  });
  if (!cause) return;
  throw new PhotospoolError('io', "Photos can't be read without Perl, which ExifTool runs on.", {
    op: 'inspect',
    hint: 'Install Perl (on Debian: perl-base); it is tried again by itself.',
    cause,
  });
}

/** Opens a reader of up to `processes` ExifTools that end after `idle` ms; one question takes at most `timeout` ms. */
export function openReader({ processes = availableParallelism(), idle = 30_000, timeout = 20_000 } = {}): Reader {
  let running: ExifTool | undefined;
  let ending = Promise.resolve();
  let inHand = 0;
  let timer: NodeJS.Timeout | undefined;

  let hasPerl: Promise<void> | undefined;
  /** Looked for again at the next question: it may be installed meanwhile. */
  const forget = (error: unknown): never => {
    hasPerl = undefined;
    throw error;
  };

  const stop = (graceful: boolean): Promise<void> => {
    const ended = running?.end(graceful) ?? Promise.resolve();
    running = undefined;
    ending = Promise.all([ending, ended]).then(() => undefined);
    return ending;
  };
  const open = (): ExifTool =>
    new ExifTool({
      maxProcs: processes,
      // Perl gives memory back only at its end.
      maxTasksPerProcess: 1000,
      minDelayBetweenSpawnMillis: 0,
      taskTimeoutMillis: timeout,
      taskRetries: 0,
      useMWG: false,
      ignoreMinorErrors: false,
      checkPerl: false,
      processFactory: start,
    });

  return {
    async ask(path) {
      clearTimeout(timer);
      inHand++;
      try {
        if (!running) await (hasPerl ??= checkPerl().catch(forget));
        running ??= open();
        const answer: unknown = await running.readRaw(path, { readArgs, useMWG: false, ignoreMinorErrors: false });
        return answer as Answer;
      } finally {
        inHand--;
        if (inHand === 0) timer = setTimeout(() => void stop(true), idle).unref();
      }
    },
    async close() {
      clearTimeout(timer);
      await stop(false);
    },
  };
}
