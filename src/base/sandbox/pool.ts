/**
 * Programs that read what strangers made, each in processes of its own with limits of time, memory and output: one that
 * hangs, swells, babbles or crashes ends alone, and only the question it had in hand fails. They start at the first
 * question, stay while there are more, and end after a while without any, or with this process. Where this process is killed,
 * their input ends; to notice that, also in the middle of a question, is the program's part. Nothing on disk: a crash leaves
 * nothing.
 */
import { killAll, noSuchProgram, outOfMemory, startConfined } from './spawn.js';
import { ReceivedFrame } from './frames.js';
import { beginNow, checkTime, type Beginning, type TimeLimits } from './time-limit.js';

/** What a program may use. */
export interface Limits extends TimeLimits {
  /** Bytes of memory that one process may write to. The system holds it to that on Linux; elsewhere the program has to. */
  memory: number;
  /** Bytes of one answer. */
  output: number;
}

/** A program that answers questions on its standard input, one at a time, until that ends. */
export interface Program<Question, Answer> {
  command: string;
  args: readonly string[];
  /** Its environment, asked at each start. */
  env(): NodeJS.ProcessEnv;
  /** Whether it may write files. Where it may not, the system sees to it (not on Windows). */
  writes: boolean;
  limits: Limits;
  write(question: Question): string;
  /** The answer, where what was received is a whole one. Throws where it is none and never will be. */
  read(received: ReceivedFrame): Answer | undefined;
}

/**
 * Why a process ended instead of answering: a limit, a crash (`signal` where one ended it), it could not be started, or we
 * were closed.
 */
export type Why = 'time' | 'memory' | 'output' | 'crash' | 'start' | 'closed';

/**
 * What became of a question. `said`: the last words on its standard error. `worked`: it used all the CPU time that it may, and would
 * do so again; absent where it may have waited, or the system does not tell.
 */
export type Reply<Answer> =
  | { kind: 'answer'; answer: Answer }
  | { kind: 'ended'; why: Why; signal: NodeJS.Signals | null; said: string; worked?: true };

/** How many processes there may be, and how long they stay. */
export interface Crew {
  size: number;
  /** Milliseconds without a question after which all of them end. */
  idle: number;
  /** Questions after which a process is replaced, since memory is given back only at its end. */
  uses: number;
}

/** The processes of one program. */
export interface Bounded<Question, Answer> {
  /** Asks as soon as a process is free, in the order of the questions. Never rejects. */
  ask(question: Question): Promise<Reply<Answer>>;
  /** Ends all of them; what is in hand or waits is answered with `closed`. */
  close(): Promise<void>;
}

interface Job<Question, Answer> {
  question: Question;
  reply(reply: Reply<Answer>): void;
}

/** One running process. */
interface Member<Question, Answer> {
  take(job: Job<Question, Answer>): void;
  /** Lets it end by itself, for its input ends. */
  dismiss(): void;
  kill(why: Why): void;
  gone: Promise<void>;
}

/** How much of its last words is kept, in characters. */
const lastWords = 2000;
/** Milliseconds that a process gets to end by itself. */
const patience = 2000;

/** Opens a program; nothing is started before the first question. */
export function openBounded<Q, A>(program: Program<Q, A>, { size, idle, uses }: Crew): Bounded<Q, A> {
  const waiting: Job<Q, A>[] = [];
  const free: Member<Q, A>[] = [];
  const all = new Set<Member<Q, A>>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function rest(): void {
    for (const member of free.splice(0)) member.dismiss();
  }

  function pump(): void {
    clearTimeout(timer);
    while (waiting.length > 0) {
      const member = free.pop() ?? (all.size < size ? launch() : undefined);
      if (!member) return;
      member.take(waiting.shift()!);
    }
    if (all.size > 0) timer = setTimeout(rest, idle).unref();
  }

  function launch(): Member<Q, A> {
    let left = uses;
    const member = startMember(program, () => {
      if (--left > 0) free.push(member);
      else member.dismiss();
      pump();
    });
    all.add(member);
    void member.gone.then(() => {
      all.delete(member);
      if (free.includes(member)) free.splice(free.indexOf(member), 1);
      pump();
    });
    return member;
  }

  return {
    ask: (question) =>
      new Promise((reply) => {
        if (closed) return reply({ kind: 'ended', why: 'closed', signal: null, said: '' });
        waiting.push({ question, reply });
        pump();
      }),
    async close() {
      closed = true;
      for (const { reply } of waiting.splice(0)) reply({ kind: 'ended', why: 'closed', signal: null, said: '' });
      for (const member of all) member.kill('closed');
      await Promise.all([...all].map(({ gone }) => gone));
      clearTimeout(timer);
    },
  };
}

/** Starts a process. `done` is called whenever it has answered. */
// Longer than a screen: one child process from its start to its end.
function startMember<Q, A>(program: Program<Q, A>, done: () => void): Member<Q, A> {
  const child = startConfined(program);
  let job: Job<Q, A> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let received = new ReceivedFrame();
  let said = '';

  function settle(reply: Reply<A>): void {
    clearTimeout(timer);
    const { reply: give } = job ?? {};
    job = undefined;
    received = new ReceivedFrame();
    give?.(reply);
  }

  function end(why: Why, signal: NodeJS.Signals | null = null, worked = false): void {
    const told = why === 'crash' && outOfMemory.test(said) ? 'memory' : why;
    settle({ kind: 'ended', why: told, signal, said, ...(worked && { worked }) });
  }

  function kill(why: Why, worked = false): void {
    // A process that waits for a broken disk may outlive even this; its question does not wait for it.
    killAll(child);
    end(why, null, worked);
  }

  /** Ends what took too long. */
  function check(began: Beginning): void {
    const found = checkTime(child.pid, began, program.limits);
    if ('worked' in found) return kill('time', found.worked);
    timer = setTimeout(() => check(began), found.again);
  }

  function hear(chunk: Buffer): void {
    received.add(chunk);
    if (!job || received.length > program.limits.output) return kill('output');
    try {
      const answer = program.read(received);
      if (answer === undefined) return;
      settle({ kind: 'answer', answer });
      done();
    } catch {
      // What a broken or taken-over process says instead of an answer tells nothing that could be passed on.
      kill('crash');
    }
  }

  child.stdout.on('data', hear);
  child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-lastWords)));
  // What it no longer takes is noticed by its end.
  child.stdin.on('error', () => undefined);
  const gone = new Promise<void>((resolve) => {
    child.once('error', () => {
      end('start');
      resolve();
    });
    child.once('close', (code, signal) => {
      end(code === noSuchProgram ? 'start' : 'crash', signal);
      resolve();
    });
  });
  return {
    gone,
    kill,
    take(next) {
      job = next;
      said = '';
      const began = beginNow(child.pid);
      timer = setTimeout(() => check(began), program.limits.seconds * 1000);
      child.stdin.write(program.write(next.question));
    },
    dismiss() {
      child.stdin.end();
      const last = setTimeout(() => killAll(child), patience).unref();
      void gone.then(() => clearTimeout(last));
    },
  };
}
