import { type Step, createAnswerReader, createStepReader } from './postgres-steps.ts';

/**
 * `before`: the step has been sent, and the server has not got it. `sent`: the server has it. `held`: the server has answered, and
 * nobody has the answer. `answered`: the client has it.
 */
export type Phase = 'before' | 'sent' | 'held' | 'answered';

/** A moment in the life of a connection to Postgres. */
interface Moment {
  readonly phase: Phase;
  readonly matches: (step: Step) => boolean;
}

/** A connection that has come to the moment. It stands still until it is let go or broken off. */
export interface Caught {
  /** The port that the server knows the connection by. */
  readonly port: number;
  letGo(): void;
  breakOff(): void;
}

export interface Trap {
  /** Resolves at the first connection that comes to the moment; never after `disarm`. */
  readonly caught: Promise<Caught>;
  disarm(): void;
}

interface Connection {
  readonly port: () => number;
  readonly break: () => void;
}

type Write = (bytes: Buffer) => void;

interface Watch {
  readonly up: (chunk: Buffer, write: Write) => Promise<void>;
  readonly down: (chunk: Buffer, write: Write) => Promise<void>;
  /** The connection is gone: nothing stands still for it. */
  end(): void;
}

/** The traps on all connections of a process to Postgres. */
export interface TrapLine {
  arm(moment: Moment): Trap;
  watch(connection: Connection): Watch;
}

interface Armed extends Moment {
  catch(caught: Caught): void;
}

export function createTrapLine(): TrapLine {
  const armed = new Set<Armed>();
  return {
    arm(moment) {
      let entry: Armed | undefined;
      const caught = new Promise<Caught>((resolve) => {
        entry = { ...moment, catch: resolve };
        armed.add(entry);
      });
      return { caught, disarm: () => entry && armed.delete(entry) };
    },
    watch: (connection) => watchConnection(connection, armed),
  };
}

function watchConnection(connection: Connection, armed: Set<Armed>): Watch {
  const read = createStepReader();
  let release = (): void => undefined;
  let isOver = false;
  /** What has to happen with the answer of the step that is under way. */
  let awaited: { trap: Armed; isAnswered: (chunk: Buffer) => boolean; held: Buffer[] } | null = null;

  function find(step: Step | null): Armed | null {
    if (step === null) return null;
    for (const trap of armed) {
      if (!trap.matches(step)) continue;
      armed.delete(trap);
      return trap;
    }
    return null;
  }

  /** Stands still until it is released. */
  async function stand(trap: Armed): Promise<void> {
    if (isOver) return;
    await new Promise<void>((resolve) => {
      release = resolve;
      trap.catch({
        port: connection.port(),
        letGo: resolve,
        breakOff() {
          isOver = true;
          connection.break();
          resolve();
        },
      });
    });
  }

  let trap: Armed | null = null;
  return {
    async up(chunk, write) {
      for (const { bytes, begins, ends } of read(chunk)) {
        if (begins !== null) trap = find(begins);
        if (trap?.phase === 'before' && begins !== null) await stand(trap);
        if (trap !== null && ends !== null && (trap.phase === 'held' || trap.phase === 'answered')) {
          awaited = { trap, isAnswered: createAnswerReader(), held: [] };
        }
        if (isOver) return;
        write(bytes);
        if (trap?.phase === 'sent' && ends !== null) await stand(trap);
        if (ends !== null) trap = null;
      }
    },
    async down(chunk, write) {
      if (awaited === null) {
        write(chunk);
        return;
      }
      const { trap: waiting, isAnswered, held } = awaited;
      held.push(chunk);
      if (!isAnswered(chunk)) return;
      awaited = null;
      if (waiting.phase === 'held') await stand(waiting);
      if (isOver) return;
      write(Buffer.concat(held));
      if (waiting.phase === 'answered') await stand(waiting);
    },
    end() {
      isOver = true;
      release();
    },
  };
}
