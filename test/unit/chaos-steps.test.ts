import { createAnswerReader, createStepReader } from '../chaos/wire/postgres-steps.ts';

/** The chaos campaign kills at named moments: it has to see them in the bytes between a process and Postgres. */

function message(type: string, ...texts: string[]): Buffer {
  const body = Buffer.from(texts.map((text) => `${text}\0`).join(''));
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), size, body]);
}

const STARTUP = message('', 'user', 'postgres');
const run = (name: string): Buffer => Buffer.concat([message('B', '', name), message('D'), message('E'), message('S')]);
const prepare = (name: string): Buffer => Buffer.concat([message('P', name, 'SELECT 1'), run(name)]);

/** The names of the steps that end, with what COMMIT commits, when the bytes come in chunks of a size. */
function stepsOf(bytes: Buffer, size: number): string[] {
  const read = createStepReader();
  const steps: string[] = [];
  const passed: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += size) {
    for (const piece of read(bytes.subarray(start, start + size))) {
      passed.push(piece.bytes);
      if (piece.ends !== null) steps.push([piece.ends.statement, ...piece.ends.within].join(' '));
    }
  }
  expect(Buffer.concat(passed)).toEqual(bytes);
  return steps;
}

it.each([1, 3, 7, 1_000])('sees prepared statements and commits in chunks of %s bytes', (size) => {
  const transaction = [message('Q', 'BEGIN'), prepare('applyPlan'), run('insertEvents'), message('Q', 'COMMIT')];
  const another = [message('Q', 'BEGIN'), run('relayEvents'), message('Q', 'COMMIT'), run('acceptOperations')];
  expect(stepsOf(Buffer.concat([STARTUP, ...transaction, ...another]), size)).toEqual([
    'BEGIN',
    'applyPlan',
    'insertEvents applyPlan',
    'COMMIT applyPlan insertEvents',
    'BEGIN',
    'relayEvents',
    'COMMIT relayEvents',
    'acceptOperations relayEvents',
  ]);
});

it('sees that a batch is accepted in the same message as its COMMIT', () => {
  const accept = message('Q', `SELECT accept_batch('x'); COMMIT`);
  expect(stepsOf(Buffer.concat([STARTUP, message('Q', 'BEGIN'), accept]), 5)).toEqual(['BEGIN', 'COMMIT accept_batch']);
});

it('knows when an answer is complete', () => {
  const answer = Buffer.concat([message('2'), message('C', 'INSERT 0 1'), message('Z', 'I')]);
  const isAnswered = createAnswerReader();
  expect(isAnswered(answer.subarray(0, 9))).toBe(false);
  expect(isAnswered(answer.subarray(9, -1))).toBe(false);
  expect(isAnswered(answer.subarray(-1))).toBe(true);
});
