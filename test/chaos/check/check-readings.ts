import { type History, type Reading, type Sighting, intentOf, toMinorUnits } from '../history.ts';
import { heldOf } from '../../support/model.ts';
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

function checkBalances(readings: readonly Reading[], { states, held: spans }: Replay): Violation[] {
  return readings.flatMap(({ wallet, version, balance, held, begunAt }) => {
    const expected = states.get(wallet)?.get(version)?.balance ?? (version === 0 ? 0n : undefined);
    if (balance === expected) {
      if (held === null) return [];
      const known = spans.get(wallet) ?? [{ held: 0n, from: 0, until: Infinity }];
      if (known.some((span) => span.held === held && span.from <= version && version <= span.until)) return [];
      const detail = `wallet ${wallet} was read at version ${version} with ${held} held, the model never had that there`;
      return [{ law: 'wrong_reading' as const, at: begunAt, detail }];
    }
    const detail = `wallet ${wallet} was read as ${balance} at version ${version}, the model says ${expected ?? 'nothing'}`;
    return [{ law: 'wrong_reading' as const, at: begunAt, detail }];
  });
}

interface Known {
  readonly wallet: string;
  readonly version: number;
  readonly since: number;
}

function checkAge({ readings, sightings }: History, byId: ReadonlyMap<string, RecordedOperation>): Violation[] {
  // A replica may have what the primary shows only later: what was read there says nothing of other readings.
  const own = readings.filter(({ held }) => held !== null);
  const known: Known[] = own.map(({ wallet, version, endedAt }) => ({ wallet, version, since: endedAt }));
  for (const { id, status, endedAt } of sightings) {
    const operation = byId.get(id);
    if (operation === undefined || (status !== 'succeeded' && status !== 'failed')) continue;
    for (const [wallet, version] of versionsSeen(operation)) known.push({ wallet, version, since: endedAt });
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

/** At which versions an operation that has ended shows accounts to be. */
function versionsSeen({ status, wallet, version, moves }: RecordedOperation): [string, number][] {
  if (status === 'failed') return [[wallet, Number(version)]];
  return moves.flatMap(({ from, fromVersion, to, toVersion }) => [
    [from, Number(fromVersion)],
    [to, Number(toVersion)],
  ]);
}

function checkFuture({ readings, intents }: History, { states }: Replay): Violation[] {
  return readings.flatMap(({ wallet, version, endedAt }) => {
    const made = states.get(wallet)?.get(version)?.operation;
    if (endedAt >= (intentOf({ intents }, made?.key ?? null)?.sentAt ?? -Infinity)) return [];
    return [
      { law: 'wrong_reading', at: endedAt, detail: `wallet ${wallet} was at version ${version} before it was sent` },
    ];
  });
}

function checkSightings(sightings: readonly Sighting[], byId: ReadonlyMap<string, RecordedOperation>): Violation[] {
  const violations: Violation[] = [];
  const final = new Map<string, Sighting>();
  /** When it was first seen to wait in the queue. */
  const queued = new Map<string, number>();
  for (const sighting of sightings.toSorted((a, b) => a.endedAt - b.endedAt)) {
    const { id, status, outcome, begunAt } = sighting;
    const before = final.get(id);
    const isFinal = status === 'succeeded' || status === 'failed';
    const isOther = isFinal && before !== undefined && `${before.status}${before.outcome}` !== `${status}${outcome}`;
    const isUndone = !isFinal && before !== undefined && before.endedAt < begunAt;
    const isUnqueued = status === 'scheduled' && (queued.get(id) ?? Infinity) < begunAt;
    if (isOther || isUndone || isUnqueued || (!isFinal && status !== 'pending' && status !== 'scheduled')) {
      const detail = `operation ${id} was ${before?.status} ${before?.outcome}, and then ${status} ${outcome}`;
      violations.push({ law: 'changed_outcome', at: begunAt, detail });
    }
    if (status === 'pending') queued.set(id, Math.min(queued.get(id) ?? Infinity, sighting.endedAt));
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
  const { amount, result, error } = JSON.parse(outcome) as {
    amount: string | null;
    result: Record<string, string | number> | null;
    error: { code: string } | null;
  };
  const moved = amountOf(operation);
  if (moved === null ? amount !== null : amount === null || toMinorUnits(amount) !== moved) return false;
  if (status === 'failed' || result === null) {
    return status === 'failed' && result === null && error?.code === operation.errorCode;
  }
  const shown = Object.entries(result).filter(([name]) => name !== 'transaction_number');
  const expected = resultOf(operation);
  return (
    shown.length === expected.size &&
    shown.every(([name, value]) => {
      return (typeof value === 'string' ? toMinorUnits(value) : BigInt(value)) === expected.get(name);
    })
  );
}

/** How much it moved, if that is one amount. */
function amountOf({ type, status, amount, moves }: RecordedOperation): bigint | null {
  if (amount !== null || status === 'failed' || type === 'posting') return amount;
  return type === 'reversal' && moves.length > 1 ? null : (moves[0]?.amount ?? null);
}

/** Balances and versions that it says. What is held is that after its last movement on it. */
function resultOf({ type, wallet, to, balance, version, toBalance, toVersion, moves }: RecordedOperation) {
  const own = type === 'transfer' ? 'from_wallet' : 'wallet';
  const account = heldOf(wallet);
  const held = moves.map((move) =>
    move.from === account ? move.fromBalance : move.to === account ? move.toBalance : null,
  );
  const says = (of: string, amount: bigint | null, at: bigint | null): [string, bigint | null][] =>
    amount === null
      ? []
      : [
          [`${of}_balance`, amount],
          [`${of}_version`, at],
        ];
  const last = held.findLast((amount) => amount !== null) ?? null;
  return new Map<string, bigint | null>([
    ...says(own, balance, version),
    ...(last === null ? [] : [['held_balance', last] as const]),
    ...(to === null ? [] : says('to_wallet', toBalance, toVersion)),
  ]);
}
