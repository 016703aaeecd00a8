import { type History, type Reading, type Sighting, intentOf, toMinorUnits } from '../history.ts';
import type { Recorded, RecordedOperation } from './recorded.ts';
import type { Replay } from './replay.ts';
import type { Violation } from './violation.ts';

/**
 * What was read of a wallet is its balance at that version; a reading begun after another had ended, or after an operation was
 * seen to be final, is not older; and none is from the future. What was seen of an operation is what is recorded, and once it is
 * final it stays.
 */
export function checkReadings(history: History, recorded: Recorded, replay: Replay): Violation[] {
  const byId = new Map(recorded.operations.map((operation) => [operation.id, operation]));
  return [
    ...checkBalances(history.readings, replay),
    ...checkAge(history, byId),
    ...checkFuture(history, replay),
    ...checkSightings(history.sightings, byId),
  ];
}

function checkBalances(readings: readonly Reading[], { balances }: Replay): Violation[] {
  return readings.flatMap(({ wallet, version, balance, begunAt }) => {
    const expected = balances.get(wallet)?.[version] ?? (version === 0 ? 0n : undefined);
    if (balance === expected) return [];
    const detail = `wallet ${wallet} was read as ${balance} at version ${version}, the model says ${expected ?? 'nothing'}`;
    return [{ law: 'wrong_reading', at: begunAt, detail }];
  });
}

interface Known {
  readonly wallet: string;
  readonly version: number;
  readonly since: number;
}

function checkAge({ readings, sightings }: History, byId: ReadonlyMap<string, RecordedOperation>): Violation[] {
  const known: Known[] = readings.map(({ wallet, version, endedAt }) => ({ wallet, version, since: endedAt }));
  for (const { id, status, endedAt } of sightings) {
    const operation = byId.get(id);
    if (operation === undefined || (status !== 'succeeded' && status !== 'failed')) continue;
    known.push({ wallet: operation.wallet, version: Number(operation.version), since: endedAt });
    const { to, toVersion } = operation;
    if (to !== null && status === 'succeeded') known.push({ wallet: to, version: Number(toVersion), since: endedAt });
  }
  known.sort((a, b) => a.since - b.since);
  const newest = new Map<string, number>();
  let next = 0;
  const violations: Violation[] = [];
  for (const reading of readings.toSorted((a, b) => a.begunAt - b.begunAt)) {
    for (let each = known[next]; each !== undefined && each.since < reading.begunAt; each = known[next]) {
      newest.set(each.wallet, Math.max(newest.get(each.wallet) ?? 0, each.version));
      next += 1;
    }
    const least = newest.get(reading.wallet) ?? 0;
    if (reading.version >= least) continue;
    const detail = `wallet ${reading.wallet} was read at version ${reading.version} after version ${least} had been seen`;
    violations.push({ law: 'stale_reading', at: reading.begunAt, detail });
  }
  return violations;
}

function checkFuture({ readings, intents }: History, { turns }: Replay): Violation[] {
  const sentAt = new Map<string, number[]>();
  for (const [wallet, happened] of turns) {
    const succeeded = happened.filter(({ operation }) => operation.status === 'succeeded');
    const times = succeeded.map(({ operation: { key } }) => intentOf({ intents }, key)?.sentAt ?? -Infinity);
    sentAt.set(wallet, [-Infinity, ...times]);
  }
  return readings.flatMap(({ wallet, version, endedAt }) => {
    if (endedAt >= (sentAt.get(wallet)?.[version] ?? -Infinity)) return [];
    return [
      { law: 'wrong_reading', at: endedAt, detail: `wallet ${wallet} was at version ${version} before it was sent` },
    ];
  });
}

function checkSightings(sightings: readonly Sighting[], byId: ReadonlyMap<string, RecordedOperation>): Violation[] {
  const violations: Violation[] = [];
  const final = new Map<string, Sighting>();
  for (const sighting of sightings.toSorted((a, b) => a.endedAt - b.endedAt)) {
    const { id, status, outcome, begunAt } = sighting;
    const before = final.get(id);
    const isFinal = status === 'succeeded' || status === 'failed';
    const isOther = isFinal && before !== undefined && `${before.status}${before.outcome}` !== `${status}${outcome}`;
    const isUndone = !isFinal && before !== undefined && before.endedAt < begunAt;
    if (isOther || isUndone || (!isFinal && status !== 'pending')) {
      const detail = `operation ${id} was ${before?.status} ${before?.outcome}, and then ${status} ${outcome}`;
      violations.push({ law: 'changed_outcome', at: begunAt, detail });
    }
    if (isFinal && before === undefined) {
      final.set(id, sighting);
      const recorded = byId.get(id);
      if (recorded === undefined || !isAsRecorded(sighting, recorded)) {
        const detail = `operation ${id} was seen as ${status} ${outcome}, recorded is ${recorded?.status}`;
        violations.push({ law: 'changed_outcome', at: begunAt, detail });
      }
    }
  }
  return violations;
}

/** Also used for what webhooks tell. */
export function isAsRecorded(
  { status, outcome }: Pick<Sighting, 'status' | 'outcome'>,
  operation: RecordedOperation,
): boolean {
  if (status !== operation.status) return false;
  const { result } = JSON.parse(outcome) as { result: Record<string, string | number> | null };
  if (status === 'failed' || result === null) return status === 'failed' && result === null;
  const says = (of: string, balance: bigint | null, version: bigint | null): boolean =>
    toMinorUnits(String(result[`${of}_balance`])) === balance && BigInt(result[`${of}_version`] ?? -1) === version;
  if (operation.to === null) return says('wallet', operation.balance, operation.version);
  return (
    says('from_wallet', operation.balance, operation.version) &&
    says('to_wallet', operation.toBalance, operation.toVersion)
  );
}
