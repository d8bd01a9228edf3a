/**
 * Pools of helper processes that parse untrusted files, each with limits of time, memory and output: if one hangs,
 * exceeds its memory, floods its output or crashes, only that process ends and only its current question fails.
 * Processes start with the first question, are reused, and end after an idle time or with this process. If this process
 * is killed, their standard input ends; the program must notice that, even while it works on a question. Nothing on
 * disk: a crash leaves nothing.
 */
import { killAll, noSuchProgram, outOfMemory, startConfined } from './spawn.js';
import { ReceivedFrame } from './frames.js';
import { beginNow, checkTime, type Beginning, type TimeLimits } from './time-limit.js';

/** The limits of a program. */
export interface Limits extends TimeLimits {
  /**
   * Bytes of memory that one process may write to. Enforced by the system on Linux; elsewhere by the program itself.
   */
  memory: number;
  /** Maximum bytes of one answer. */
  output: number;
}

/** A program that answers questions on its standard input, one at a time, until its input ends. */
export interface Program<Question, Answer> {
  command: string;
  args: readonly string[];
  /** Its environment, evaluated at each start. */
  env(): NodeJS.ProcessEnv;
  /** Whether it may write files. If not, the system enforces that (not on Windows). */
  writes: boolean;
  limits: Limits;
  write(question: Question): string;
  /**
   * The answer, or undefined while it is incomplete. Throws if the bytes are not and will not become a valid answer.
   */
  read(received: ReceivedFrame): Answer | undefined;
}

/**
 * Why a process ended without an answer: a limit, a crash (with `signal` if one ended it), a failed start, or the pool
 * was closed.
 */
export type Why = 'time' | 'memory' | 'output' | 'crash' | 'start' | 'closed';

/**
 * The outcome of a question. `said`: the end of its standard error. `worked`: it used up its CPU time, so a retry would
 * end the same way; absent if it may have waited, or if the system has no CPU times.
 */
export type Reply<Answer> =
  | { kind: 'answer'; answer: Answer }
  | { kind: 'ended'; why: Why; signal: NodeJS.Signals | null; said: string; worked?: true };

/** How many processes may run, and how long they stay. */
export interface Crew {
  size: number;
  /** Idle milliseconds after which all processes end. */
  idle: number;
  /** Questions after which a process is replaced, since it returns memory only when it ends. */
  uses: number;
  /**
   * Milliseconds that a question waits for a busy process before another one starts (default 0): if a process is free
   * sooner, it takes the question, which saves the memory of another one.
   */
  patience?: number;
}

/** The processes of one program. */
export interface Bounded<Question, Answer> {
  /** Runs when a process is free, in the order of the calls. Never rejects. */
  ask(question: Question): Promise<Reply<Answer>>;
  /** Ends all processes; running and waiting questions are answered with `closed`. */
  close(): Promise<void>;
}

interface Job<Question, Answer> {
  question: Question;
  /** When it was asked, in the units of `performance.now()`. */
  asked: number;
  reply(reply: Reply<Answer>): void;
}

/** One running process. */
interface Member<Question, Answer> {
  take(job: Job<Question, Answer>): void;
  /** Lets it end by itself by closing its input. */
  dismiss(): void;
  kill(why: Why): void;
  gone: Promise<void>;
}

/** How many characters of standard error are kept. */
const lastWords = 2000;
/** Milliseconds that a process has to end by itself. */
const patience = 2000;

/** Opens a pool; no process starts before the first question. */
export function openBounded<Q, A>(program: Program<Q, A>, { size, idle, uses, patience = 0 }: Crew): Bounded<Q, A> {
  const waiting: Job<Q, A>[] = [];
  const free: Member<Q, A>[] = [];
  const all = new Set<Member<Q, A>>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function rest(): void {
    for (const member of free.splice(0)) member.dismiss();
  }

  /** Milliseconds until another process may start for a question. */
  const startsIn = ({ asked }: Job<Q, A>): number =>
    all.size === 0 ? 0 : all.size < size ? asked + patience - performance.now() : Infinity;

  function pump(): void {
    clearTimeout(timer);
    for (let first; (first = waiting[0]);) {
      const wait = free.length > 0 ? 0 : startsIn(first);
      if (wait > 0) {
        if (wait < Infinity) timer = setTimeout(pump, Math.ceil(wait));
        return;
      }
      waiting.shift();
      (free.pop() ?? launch()).take(first);
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
        waiting.push({ question, asked: performance.now(), reply });
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

/** Starts a process. `done` is called after every answer. */
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
    // A process blocked on a broken disk may survive even this; its question does not wait for it.
    killAll(child);
    end(why, null, worked);
  }

  /** Kills a process that exceeds its time. */
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
      // An invalid answer comes from a broken or compromised process and contains nothing to pass on.
      kill('crash');
    }
  }

  child.stdout.on('data', hear);
  child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-lastWords)));
  // A failed write is noticed by the end of the process.
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
