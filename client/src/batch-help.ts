import { explainExitCodes } from './exit-codes.ts';

/** What `npm run batch -- --help` says below its options. */
export const BATCH_HELP = `
Examples:
  npm run batch -- credits.csv --dry-run            check the file: nothing is accepted
  npm run batch -- credits.csv                      send it, follow it, write what failed beside it
  npm run batch -- credits.csv --accept-good        the same, without the lines that are not valid
  npm run batch -- credits.failed.csv               send the lines that failed again, corrected
  npm run batch -- orders.csv --key-column order_no    each order is paid once, in whichever file it stands

The file, here with a key for each line, which makes it safe to edit and send again:
  idempotency_key,type,external_user_id,asset,amount,description
  may-1001,deposit,ada,USD,25.00,Bonus for May
  may-1002,withdraw,bob,USD,3.50,
  The header names the fields of an operation (POST /operations) in any order and case. A wallet is named by wallet_id, or
  by external_user_id and asset. Commas, semicolons, tabs or | separate fields; text is UTF-8, or UTF-16 as Excel saves it.
  NDJSON has an operation on each line, JSON all of them in {"operations": [...]}.

Files written beside it:
  credits.failed.csv    lines that were accepted and failed: line, status, error_code, error, operation_id, and the line
  credits.refused.csv   lines that are not valid: line, column, reason, and the line as it was
  Both can be corrected and sent as they are: those columns are dropped. A line of the first is accepted under the key
  retry-of:<operation_id>, so once, however often it is sent. Either correct and send it, or use --retry: not both.

Running it again:
  The same command with the same file finds the same batch: nothing is applied twice. To apply a file once more on
  purpose, give it another --key. A file in which a line was changed, added or removed is another batch: its lines that
  have a key (idempotency_key, else reference_id, or the column of --key-column) and were accepted before stand for what
  was accepted then; all others are accepted anew. With --key, a changed file is refused.
  A line with a key keeps its outcome: one that failed has failed, and needs another key to be tried again.
  A file that was accepted in part with --accept-good is not accepted again without it: send what it left out. It leaves
  out at most 1,000 lines; two lines with the same key refuse the file all the same.
${explainExitCodes({
  good: 'every line succeeded, now or before (with --dry-run: the file would be accepted)',
  refused: 'some lines failed or were left out, or nothing was accepted because the service refused the request',
  others: ['130, 143  interrupted, terminated; what was accepted is applied all the same'],
})}`;
