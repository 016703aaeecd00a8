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

const TYPE = { query: 0x51, parse: 0x50, bind: 0x42, sync: 0x53, ready: 0x5a };
const NOTHING: ReadonlySet<string> = new Set();

/** Divides what a client sends into pieces. What is not yet a whole message waits for the rest of it. */
export function createStepReader(): (chunk: Buffer) => Piece[] {
  let rest: Buffer = Buffer.alloc(0);
  let hasStarted = false;
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
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const pieces: Piece[] = [];
    for (;;) {
      // The first message has no type.
      const head = hasStarted ? 5 : 4;
      if (rest.length < head) break;
      const size = rest.readInt32BE(head - 4) + head - 4;
      if (rest.length < size) break;
      const bytes = rest.subarray(0, size);
      rest = rest.subarray(size);
      const type = hasStarted ? bytes.readUInt8(0) : 0;
      hasStarted = true;
      let begins: Step | null = null;
      if (current === null && (type === TYPE.query || type === TYPE.parse || type === TYPE.bind)) {
        begins = current = stepOf(type, bytes.subarray(head));
      }
      const ends = type === TYPE.query || type === TYPE.sync ? current : null;
      if (ends !== null) current = null;
      pieces.push({ bytes, begins, ends });
    }
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

function textAt(body: Buffer, start: number): string {
  return body.toString('utf8', start, body.indexOf(0, start));
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
