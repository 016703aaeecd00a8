import { connectPatiently } from '../database/backup.ts';
import { checkDatabase } from '../database/migrate/check-database.ts';
import { type Count, type RestoredState, readRestoredState } from '../database/restored-state.ts';
import { type Epoch, beginEpoch, readEpoch } from '../database/tables/epochs.ts';
import { inSnapshot } from '../database/transaction.ts';
import { readSettings, sharedSettings } from '../process/config.ts';
import { UsageError, readOptions } from '../process/read-options.ts';
import { runCommand } from '../process/run-command.ts';
import { parseMoment } from '../words/moment.ts';

const HELP = `npm run restore-check [-- --since MOMENT] [--new-epoch] [--json]

After a restore or a promotion, says what the database of DATABASE_URL still has to do, how far it has got, and what may
be missing in it. It begins the epoch of what it finds: a standby that was promoted, or a dump that was restored, shows
as such. It connects as the owner of the schema or as the auditor, and can be run again.

  --since MOMENT   the moment of the backup, as 2026-01-31T12:00:00Z: what was acknowledged later may be missing
  --new-epoch      this is an earlier state although the server does not show it, such as a copy of a disk: begin
                   another epoch, each time that it is said; only as the owner. All readers of the feed of events are
                   told
  --json           print one line of JSON

docs/failover.md has what to do about it. Exit status 0 if it could look, 2 if not.`;

const OPTIONS = {
  since: { type: 'string' },
  'new-epoch': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

interface Order {
  readonly since: Date | null;
  readonly newEpoch: boolean;
  readonly json: boolean;
}

await runCommand({ help: HELP, failed: 'The check failed', read: readOrder, run: check });

function readOrder(args: readonly string[]): Order {
  const {
    since,
    'new-epoch': newEpoch,
    json,
  } = readOptions('npm run restore-check', args, { options: OPTIONS }).values;
  const moment = since === undefined ? null : parseMoment(since);
  if (since !== undefined && moment === null)
    throw new UsageError(`--since must be a time such as 2026-01-31T12:00:00Z, not ${since}.`);
  return { since: moment?.floor ?? null, newEpoch, json };
}

async function check({ since, newEpoch, json }: Order): Promise<number> {
  const { DATABASE_URL: url } = readSettings({ DATABASE_URL: sharedSettings.DATABASE_URL }, process.env);
  const database = connectPatiently(url, 'wallet-restore-check');
  try {
    await checkDatabase(database, url, 'restoreCheck');
    if (newEpoch) await beginEpoch(database, { since, isServed: true });
    const epoch = await readEpoch(database);
    const state = await inSnapshot(database, readRestoredState);
    const completeUntil = since ?? epoch?.completeUntil ?? null;
    if (json) print(JSON.stringify({ epoch, completeUntil, ...state }, (_, value: unknown) => plain(value)));
    else for (const line of [...linesOf(state), '', ...linesOfEpoch(epoch, completeUntil)]) print(line);
    return 0;
  } finally {
    await database.end();
  }
}

function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

function linesOf(state: RestoredState): string[] {
  const { pending, batches, scheduled, holds, feed, webhooks, lastOperation, lastApplied } = state;
  const lines = batches.count > 0 ? `; ${state.pendingLines} lines to apply` : '';
  const expired = state.expiredHolds > 0 ? `; ${state.expiredHolds} have expired` : '';
  const last = feed.lastEventAt === null ? '' : `, the last of ${at(feed.lastEventAt)}`;
  return [
    `pending     ${counted(pending, 'accepted')}`,
    `batches     ${counted(batches, 'accepted')}${lines}`,
    `scheduled   ${counted(scheduled, 'for')}`,
    `holds       ${counted(holds, 'expiring')}${expired}`,
    `accepted    ${lastOperation === null ? 'nothing' : `last ${lastOperation.id}, ${at(lastOperation.createdAt)}`}`,
    `applied     ${lastApplied === null ? 'nothing' : `last ${lastApplied.id}, ${at(lastApplied.createdAt)}`}`,
    `feed        positions ${feed.from} to ${feed.to}${last}; ${feed.unrelayed} events have none yet`,
    `webhooks    ${webhooks.endpointsBehind} endpoints behind the feed; ${webhooks.pendingDeliveries} deliveries to be tried again`,
  ];
}

function counted({ count, oldest, newest }: Count, what: string): string {
  if (count === 0) return 'none';
  return oldest && newest ? `${count}, ${what} ${at(oldest)} to ${at(newest)}` : String(count);
}

function linesOfEpoch(epoch: Epoch | null, completeUntil: Date | null): string[] {
  if (epoch === null) return ['There is no epoch yet: this server is read-only.'];
  const { number, id, reason, beganAt, showsPromotions } = epoch;
  const began = `Epoch ${number} (${id}) began ${at(beganAt)}`;
  if (reason === 'first')
    return [
      `${began}, the first: nothing shows that this database was restored or promoted.`,
      ...(showsPromotions ? [] : ['This server does not report its timeline, so a promotion would not show.']),
      'If it is an earlier state all the same, such as a copy of a disk, say so with --new-epoch and --since.',
    ];
  const since = completeUntil === null ? 'shortly before' : `after ${at(completeUntil)}`;
  return [
    `${began}, because of a ${reason}. Operations acknowledged ${since} and before then may be missing` +
      `${completeUntil === null ? '' : ` (${span(beganAt.getTime() - completeUntil.getTime())})`}.`,
    'Callers repeat the requests of that time under the same idempotency keys: docs/failover.md.',
    'Next: npm run audit, which checks everything that is here.',
  ];
}

function at(moment: Date): string {
  return moment.toISOString();
}

function span(ms: number): string {
  const minutes = Math.max(0, ms) / 60_000;
  return minutes < 2 ? `${(minutes * 60).toFixed(1)} s` : `${minutes.toFixed(0)} min`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
