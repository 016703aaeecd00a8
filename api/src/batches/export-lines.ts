import { writeRecords } from '@wallet/csv/write-records';
import type { Assets } from '@wallet/shared/database/assets';
import type { History } from '@wallet/shared/database/replica';
import { type BatchLine, type LineFilter, listLines } from '@wallet/shared/database/tables/batch-lines';
import type { Batch } from '@wallet/shared/database/tables/batches';
import { writeJson } from '@wallet/shared/words/json-text';
import type { LineStatus } from '@wallet/shared/words/operation';
import pLimit from 'p-limit';
import { z } from 'zod';
import { FORMULA } from '../http/downloads.ts';
import { operationWith } from '../operations/operation-schema.ts';
import { type PresentedOperation, assetsOf, presentOperation } from '@wallet/shared/events/present-operation';

export const batchLineSchema = operationWith(
  z.strictObject({
    line: z.int().meta({ description: 'Its line in the file, or its position in the array.' }),
    position: z.int().meta({
      description:
        'Its position among the operations of the batch, from 1. Headers and empty lines are not counted, so it is ' +
        'the same in every format.',
    }),
  }),
  { id: 'BatchLine', description: 'An operation, as a line of a batch.' },
);

/** Lines read at once. */
const CHUNK = 5_000;

/** All lines of a batch with a status, in the order of the file, in groups. Their assets are known. */
export type EachLine = (batch: Batch, status: LineStatus | null) => AsyncGenerator<readonly BatchLine[]>;

/** Makes the function that reads them. Groups are read one at a time: many exports share one connection. */
export function createEachLine(readLines: History['ofBatch'], assets: Assets): EachLine {
  const inTurn = pLimit(1);
  return async function* (batch, status) {
    const last = batch.total + batch.replayed;
    for (let filter: LineFilter = { after: 0, upTo: CHUNK, status }; filter.after < last;) {
      const page = filter;
      const lines = await inTurn(() => readLines(batch, (database) => listLines(database, batch, page, CHUNK)));
      await assets.know(lines.flatMap(assetsOf));
      if (lines.length > 0) yield lines;
      filter = { after: filter.upTo, upTo: filter.upTo + CHUNK, status };
    }
  };
}

type PresentedLine = PresentedOperation & { readonly line: number; readonly position: number };

export function presentLine(assets: Assets, line: BatchLine): PresentedLine {
  return {
    line: line.lineInBatch,
    position: line.position,
    ...presentOperation(line, assets),
  };
}

/** `escapesFormulas`: whether an apostrophe precedes fields that a spreadsheet would take for a formula. */
type Export = (
  assets: Assets,
  lines: AsyncIterable<readonly BatchLine[]>,
  escapesFormulas: boolean,
) => AsyncIterable<string>;

/** How a whole result is written, by media type. */
export const EXPORTS = {
  'application/x-ndjson': async function* (assets, lines) {
    for await (const group of lines) yield group.map((line) => `${writeJson(presentLine(assets, line))}\n`).join('');
  },
  'text/csv': async function* (assets, lines, escapesFormulas) {
    yield `${COLUMNS.join(',')}\n`;
    for await (const group of lines) {
      const records = group.map((line) => toRecord(presentLine(assets, line)));
      yield `${writeRecords(records, { escapes: escapesFormulas ? FORMULA : null })}\n`;
    }
  },
} as const satisfies Record<string, Export>;

/** The columns of a batch's lines as they were sent, and then their outcomes. */
const COLUMNS = [
  ...['line', 'type', 'wallet_id', 'from_wallet_id', 'to_wallet_id', 'asset', 'amount', 'description', 'reference_id'],
  ...['idempotency_key', 'metadata', 'hold_id', 'reversal_of', 'to_account', 'final', 'expires_at', 'legs'],
  ...['operation_id', 'status', 'completed_at', 'wallet_balance', 'held_balance', 'error_code', 'error'],
];

function toRecord(line: PresentedLine): unknown[] {
  return [
    ...[line.line, line.type, line.wallet_id, line.from_wallet_id, line.to_wallet_id, line.asset, line.amount],
    ...[line.description, line.reference_id, line.idempotency_key, line.metadata?.text],
    ...[
      line.hold_id,
      line.reversal_of,
      line.to_account,
      line.final,
      line.expires_at,
      line.legs && writeJson(line.legs),
    ],
    ...[line.id, line.status, line.completed_at, line.result?.wallet_balance ?? line.result?.from_wallet_balance],
    ...[line.result?.held_balance, line.error?.code, line.error?.message],
  ];
}
