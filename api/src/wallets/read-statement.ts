import type { History } from '@wallet/shared/database/replica';
import { type HistoryLine, type StatementBounds, listStatementLines } from '@wallet/shared/database/tables/entries';
import pLimit from 'p-limit';

/** Lines read at once. */
const PAGE = 1_000;

/** The movements of a statement in their order, in groups. */
export type EachMovement = (walletId: string, bounds: StatementBounds) => AsyncGenerator<readonly HistoryLine[]>;

/**
 * Makes the function that reads them. An account's movements up to a version never change, so the bounds are the
 * snapshot: no transaction stays open for a slow reader, and many statements share one connection. Only archiving, or
 * the promotion of a lagging standby, can remove lines meanwhile. So each line is checked against the previous one, and
 * the last against the closing balance.
 * @throws Error if they do not match: then the statement is broken off.
 */
export function createEachMovement(history: History): EachMovement {
  const inTurn = pLimit(1);
  return async function* (walletId, { accountId, after, upTo, opening, closing }) {
    let last = { version: after, balance: opening };
    while (last.version < upTo) {
      const page = { accountId, after: last.version, upTo };
      const read = () =>
        history.ofWallet(walletId, (database) => listStatementLines(database, walletId, page, PAGE), upTo);
      const lines = await inTurn(read);
      if (lines.length === 0) throw notJoined(walletId, last.version);
      for (const line of lines) {
        if (line.version !== last.version + 1n || line.balance !== last.balance + line.amount) {
          throw notJoined(walletId, last.version);
        }
        last = line;
      }
      yield lines;
    }
    if (last.balance !== closing) throw notJoined(walletId, last.version);
  };
}

function notJoined(walletId: string, version: bigint): Error {
  return new Error(`the history of wallet ${walletId} has a gap behind version ${version}`);
}
