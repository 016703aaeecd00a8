import { TYPE, createMessageReader, textAt } from '../../support/postgres-messages.ts';

/**
 * As much of the frontend/backend protocol of Postgres (version 3) as it takes to see which prepared statement a client runs,
 * when its transaction is committed, and when the server has answered.
 */

/** One thing that a client asks of the server and waits for: a statement by its prepared name, or `COMMIT`. */
export interface Step {
  readonly statement: string;
  /** The named statements that were run before on this connection in the same transaction. */
  readonly within: ReadonlySet<string>;
}

/** A run of whole messages. `begins` is the step whose first message stands at its start, `ends` that whose last is its end. */
interface Piece {
  readonly bytes: Buffer;
  readonly begins: Step | null;
  readonly ends: Step | null;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Divides what a client sends into pieces. What is not yet a whole message waits for the rest of it. */
export function createStepReader(): (chunk: Buffer) => Piece[] {
  const read = createMessageReader();
  let within = new Set<string>();
  let current: Step | null = null;

  function stepOf(type: number, body: Buffer): Step {
    if (type === TYPE.query) {
      const text = textAt(body, 0);
      if (/^BEGIN\b/.test(text)) within = new Set();
      const statement = /\bCOMMIT$/.test(text) ? 'COMMIT' : (/^\w+/.exec(text)?.[0] ?? '');
      if (text.includes('accept_batch')) within.add('accept_batch');
      return { statement, within: statement === 'COMMIT' ? new Set(within) : NOTHING };
    }
    // Bind names its portal first, and then the statement.
    const statement = textAt(body, type === TYPE.bind ? textAt(body, 0).length + 1 : 0);
    const before = new Set(within);
    within.add(statement);
    return { statement, within: before };
  }

  return (chunk) => {
    const pieces = read(chunk).map(({ type, body, bytes }): Piece => {
      let begins: Step | null = null;
      if (current === null && (type === TYPE.query || type === TYPE.parse || type === TYPE.bind)) {
        begins = current = stepOf(type, body);
      }
      const ends = type === TYPE.query || type === TYPE.sync ? current : null;
      if (ends !== null) current = null;
      return { bytes, begins, ends };
    });
    return joined(pieces);
  };
}

/** Neighbours in one piece, as long as nothing begins or ends between them. */
function joined(pieces: readonly Piece[]): Piece[] {
  const all: Piece[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (last?.ends === null && piece.begins === null) {
      all[all.length - 1] = { ...last, bytes: Buffer.concat([last.bytes, piece.bytes]), ends: piece.ends };
    } else all.push(piece);
  }
  return all;
}

/** Tells whether the server has answered all of a step, of what it sent from the step's beginning. */
export function createAnswerReader(): (chunk: Buffer) => boolean {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5) {
      const size = rest.readInt32BE(1) + 1;
      if (rest.length < size) return false;
      if (rest.readUInt8(0) === TYPE.ready) return true;
      rest = rest.subarray(size);
    }
    return false;
  };
}
