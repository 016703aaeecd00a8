import { writeRecords } from '@wallet/csv/write-records';
import type { Asset } from '@wallet/shared/database/tables/assets';
import type { HistoryLine, StatementBounds } from '@wallet/shared/database/tables/entries';
import { type JsonText, writeJson } from '@wallet/shared/words/json-text';
import { formatAmount } from '@wallet/shared/words/money';
import type { z } from 'zod';
import { FORMULA } from '../http/downloads.ts';
import { presentLinks } from './present-links.ts';
import type { statementLineSchema } from './wallet-schemas.ts';

export interface Statement {
  readonly walletId: string;
  readonly asset: Asset;
  readonly from: Date;
  readonly to: Date;
  readonly bounds: StatementBounds;
}

/** `escapesFormulas`: whether an apostrophe precedes fields that a spreadsheet would take for a formula. */
type Write = (
  statement: Statement,
  groups: AsyncIterable<readonly HistoryLine[]>,
  escapesFormulas: boolean,
) => AsyncIterable<string>;

/** How a statement is written, by media type. */
export const STATEMENTS = {
  'application/json': async function* (statement, groups) {
    const head = writeJson(presentHead(statement));
    yield `${head.slice(0, -1)},"lines":[`;
    let separator = '';
    for await (const lines of groups) {
      yield separator + lines.map((line) => writeJson(presentLine(statement, line))).join(',');
      separator = ',';
    }
    yield ']}';
  },
  'text/csv': async function* (statement, groups, escapesFormulas) {
    const escapes = escapesFormulas ? FORMULA : null;
    const head = presentHead(statement);
    yield `${writeRecords([COLUMNS, [head.from, 'opening_balance', null, null, head.opening_balance]])}\n`;
    for await (const lines of groups) {
      const records = lines.map((line) => toRecord(presentLine(statement, line)));
      yield `${writeRecords(records, { escapes })}\n`;
    }
    yield `${writeRecords([[head.to, 'closing_balance', null, null, head.closing_balance]])}\n`;
  },
} as const satisfies Record<string, Write>;

function presentHead({ walletId, asset, from, to, bounds }: Statement) {
  return {
    wallet_id: walletId,
    asset: asset.code,
    from: from.toISOString(),
    to: to.toISOString(),
    opening_balance: formatAmount(bounds.opening, asset.scale),
    closing_balance: formatAmount(bounds.closing, asset.scale),
  };
}

type PresentedLine = Omit<z.input<typeof statementLineSchema>, 'metadata'> & { readonly metadata: JsonText | null };

function presentLine({ asset: { scale } }: Statement, line: HistoryLine): PresentedLine {
  return {
    at: line.createdAt.toISOString(),
    operation_id: line.operationId,
    leg: line.leg,
    type: line.type,
    amount: formatAmount(line.amount, scale),
    balance: formatAmount(line.balance, scale),
    version: Number(line.version),
    other_wallet_id: line.otherWalletId,
    other_account: line.otherAccount,
    ...presentLinks(line),
  };
}

const COLUMNS = [
  ...['at', 'type', 'operation_id', 'amount', 'balance', 'other_wallet_id', 'other_account', 'description'],
  ...['reference_id', 'metadata', 'hold_id', 'reversal_of', 'batch_id', 'leg', 'version'],
];

function toRecord(line: PresentedLine): unknown[] {
  return [
    ...[line.at, line.type, line.operation_id, line.amount, line.balance, line.other_wallet_id, line.other_account],
    ...[line.description, line.reference_id, line.metadata?.text, line.hold_id, line.reversal_of, line.batch_id],
    ...[line.leg, line.version],
  ];
}
