import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { auditDatabase } from '@wallet/shared/database/audit';
import type { Database } from '@wallet/shared/database/pool';
import { checkHistory } from './check/check-history.ts';
import { checkLogs } from './check/check-logs.ts';
import { type Recorded, readRecorded } from './check/recorded.ts';
import type { Law, Violation } from './check/violation.ts';
import type { Orphans, Theatre } from './faults/fault.ts';
import { type PlannedFault, type ScheduledStep, drawSchedule } from './faults/schedule.ts';
import { type Recorder, createRecorder } from './history.ts';
import { type Load, resolveUnknown, startLoad } from './load/clients.ts';
import { closeConnections, send } from './load/send.ts';
import { ASSET, FEES, RESERVE } from './load/wishes.ts';
import { type Rig, startRig } from './rig.ts';
import type { CampaignReport, InjectedFault, Rest } from './report.ts';
import type { Setup } from './setup.ts';

export interface CampaignOptions {
  readonly seed: number;
  readonly faults: number;
  /** No fault is begun after this time. */
  readonly seconds: number;
  readonly only: readonly string[];
  readonly folder: string;
  /** Whether the folder stays although nothing was wrong. */
  readonly keep: boolean;
  /** Runs what was built; otherwise the sources, which start more slowly. */
  readonly isBuilt: boolean;
  readonly setup: Setup;
  readonly say: (line: string) => void;
}

const CLIENTS = 16;
const WALLETS = 24;
/** After so many faults everything is healed and comes to rest, and the whole history is checked. */
const FAULTS_IN_A_ROUND = 24;
/** Accepted operations are final within this time after healing. */
const FINAL_MS = 30_000;
const TOLD_MS = 60_000;
const REMIND_MS = 2_000;

/** Starts a whole service, strikes it with the faults of a schedule while clients work, and checks all that came of it. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const schedule = drawSchedule(options.seed, options.faults, options.only, options.setup);
  const violations: Violation[] = [];
  const complain = (law: Law, detail: string): void => {
    violations.push({ law, at: performance.now(), detail });
  };
  const recorder = createRecorder(join(options.folder, 'history.jsonl'));
  const { folder, isBuilt, setup } = options;
  const rig = await startRig({ folder, isBuilt, setup, complain });
  const injected: InjectedFault[] = [];
  const rests: Rest[] = [];
  const orphans: Orphans[] = [];
  let recorded: Recorded = { operations: [], accounts: [] };
  const started = performance.now();
  try {
    const wallets = await makeWallets(rig);
    for (const [number, steps] of roundsOf(schedule).entries()) {
      const name = `${options.seed}-${number}`;
      const load = startLoad({
        recorder,
        urls: rig.urls,
        wallets,
        clients: CLIENTS,
        seed: options.seed + number,
        name,
        hasTerms: setup.before === undefined,
        readsHistory: setup.postgres === 'pair',
      });
      const theatre: Theatre = { rig, load, orphans, complain: (detail) => complain('process_died', detail) };
      for (const step of steps) {
        if ((performance.now() - started) / 1_000 > options.seconds) break;
        injected.push(...(await runStep(theatre, step, recorder, options.say)));
      }
      const rest = await comeToRest(rig, load, recorder, violations);
      rests.push(rest);
      recorded = await checkAll(rig, recorder, violations);
      options.say(
        `  at rest: ${describeRest(rest)}; ${recorded.operations.length} operations checked, ${violations.length} violations`,
      );
      if (violations.length > 0 || (performance.now() - started) / 1_000 > options.seconds) break;
    }
    const waits = await readWaits(rig, orphans, recorder);
    violations.push(...checkLogs(options.folder, rig.secrets));
    const { intents, sightings, readings } = recorder;
    const seen = { sightings: sightings.length, readings: readings.length, told: rig.witness.told.length };
    const timing = { seconds: (performance.now() - started) / 1_000, rests, waits };
    const promotions = rig.servers.postgres.pair?.promotions ?? [];
    const operations = recorded.operations.length;
    const checked = {
      operations,
      outcomes: countOutcomes(recorded),
      violations,
      intents,
      ended: readEnds(recorded),
      promotions,
    };
    return { setup, seed: options.seed, faults: injected, ...checked, ...seen, ...timing };
  } finally {
    await recorder.close();
    closeConnections();
    await rig.stop();
    if (violations.length === 0 && !options.keep) rmSync(options.folder, { recursive: true, force: true });
  }
}

/** About as much as three withdrawals. */
const CREDIT = '150.00';

/** And the accounts of the house that clients name. */
export async function makeWallets({ urls, setup }: Pick<Rig, 'urls' | 'setup'>): Promise<string[]> {
  for (const name of [FEES, RESERVE]) {
    await send({ method: 'POST', url: `${urls[0]}/accounts`, body: { name, may_go_negative: name === FEES } });
  }
  const made: string[] = [];
  for (let count = 0; count < WALLETS; count += 1) {
    const { body } = await send({ method: 'POST', url: `${urls[0]}/wallets`, body: { asset: ASSET } });
    const id = String(body['id']);
    // Some may go below zero, unless a worker that knows no credit decides too.
    if (count % 3 === 0 && setup.before === undefined)
      await send({ method: 'PATCH', url: `${urls[0]}/wallets/${id}`, body: { credit_limit: CREDIT } });
    made.push(id);
  }
  return made;
}

function roundsOf(steps: readonly ScheduledStep[]): ScheduledStep[][] {
  const rounds: ScheduledStep[][] = [[]];
  let faults = 0;
  for (const step of steps) {
    if (faults >= FAULTS_IN_A_ROUND) {
      rounds.push([]);
      faults = 0;
    }
    rounds.at(-1)?.push(step);
    faults += step.length;
  }
  return rounds;
}

async function runStep(
  theatre: Theatre,
  step: ScheduledStep,
  recorder: Recorder,
  say: (line: string) => void,
): Promise<InjectedFault[]> {
  await delay(GAP_MS);
  return Promise.all(step.map((fault) => runFault(theatre, fault, step.length > 1, recorder, say)));
}

const GAP_MS = 150;

async function runFault(
  theatre: Theatre,
  { kind, point, description, inject }: PlannedFault,
  isPaired: boolean,
  recorder: Recorder,
  say: (line: string) => void,
): Promise<InjectedFault> {
  const begunAt = performance.now();
  // One that cannot reach what it strikes, since another is at work there, has not struck.
  const result = await inject(theatre).catch((error: unknown) => `missed: ${String(error)}`);
  const fault = { kind, point, begunAt, endedAt: performance.now(), isInjected: result === 'injected' };
  recorder.log({ fault: `${kind} × ${point}`, description, result, begunAt });
  const length = `${((fault.endedAt - begunAt) / 1_000).toFixed(1)} s`;
  say(`${isPaired ? '+' : ' '} ${kind} × ${point} (${description}): ${result}, ${length}`);
  return fault;
}

/** Stops the load, asks after everything unknown, and waits until all is final and told. */
async function comeToRest(rig: Rig, load: Load, recorder: Recorder, violations: Violation[]): Promise<Rest> {
  const healed = performance.now();
  await load.stop();
  const unknown = await resolveUnknown(recorder, rig.urls, performance.now() + FINAL_MS);
  const asked = performance.now();
  if (!(await until(FINAL_MS, async () => (await countPending(rig.servers.database)) === 0))) {
    violations.push({ law: 'not_in_time', at: healed, detail: `operations are pending ${FINAL_MS} ms after healing` });
  }
  const final = performance.now();
  let reminded = -Infinity;
  await until(TOLD_MS, async () => {
    if (performance.now() - reminded > REMIND_MS) {
      await rig.remindOfWebhooks();
      reminded = performance.now();
    }
    const { rows } = await rig.servers.database.query<{ left: number }>(
      `SELECT ((SELECT count(*) FROM unrelayed_events)
               + (SELECT count(*) FROM webhook_endpoint_states WHERE position < (SELECT max(position) FROM event_feed))
               + (SELECT count(*) FROM delivery_leases)
               + (SELECT count(*) FROM deliveries WHERE status = 'pending'))::int AS left`,
    );
    return rows[0]?.left === 0;
  });
  return {
    healedAt: healed,
    unknown,
    askedMs: asked - healed,
    finalMs: final - asked,
    toldMs: performance.now() - final,
  };
}

function describeRest({ unknown, askedMs, finalMs, toldMs }: Rest): string {
  const [asked, final, told] = [askedMs, finalMs, toldMs].map((ms) => (ms / 1_000).toFixed(1));
  return `${unknown} unknown resolved in ${asked} s, all final ${final} s later, all told ${told} s later`;
}

const SOON = '1 minute';

/** What waits, and what is scheduled and soon will, and what is held and soon will be released. */
export async function countPending(database: Database): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `SELECT ((SELECT count(*) FROM pending_operations) + (SELECT count(*) FROM batch_parts WHERE open)
             + (SELECT count(*) FROM scheduled_operations WHERE execute_at < now() + interval '${SOON}')
             + (SELECT count(*) FROM holds WHERE remaining > 0 AND expires_at < now() + interval '${SOON}'))::int AS count`,
  );
  return rows[0]?.count ?? 0;
}

async function until(ms: number, isSo: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (performance.now() < deadline) {
    if (await isSo().catch(() => false)) return true;
    await delay(20);
  }
  return false;
}

/** @returns what was checked. */
async function checkAll(rig: Rig, recorder: Recorder, violations: Violation[]): Promise<Recorded> {
  const recorded = await readRecorded(rig.servers.database);
  violations.push(...checkHistory(recorder, recorded, rig.witness.told));
  await auditDatabase(rig.servers.database, ({ violation, subject, detail }) =>
    violations.push({ law: 'audit', at: null, detail: `${violation}: ${subject}: ${detail}` }),
  );
  return recorded;
}

function countOutcomes({ operations }: Recorded): CampaignReport['outcomes'] {
  const outcomes = new Map<string, Map<string, number>>();
  for (const { type, reason, executeAt, status, errorCode } of operations) {
    const more = executeAt === null ? reason : 'scheduled';
    const name = more === null ? type : `${type} (${more})`;
    const ends = outcomes.get(name) ?? new Map<string, number>();
    outcomes.set(name, ends);
    const end = errorCode ?? status ?? 'pending';
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  return outcomes;
}

/** When operations were applied or refused, on the clock of the campaign. */
function readEnds({ operations }: Recorded): number[] {
  return operations.flatMap(({ completedAt }) =>
    completedAt === null ? [] : [completedAt.getTime() - performance.timeOrigin],
  );
}

/** How long the operations of partitions whose worker was killed waited for the next one to apply one of them. */
async function readWaits({ servers }: Rig, orphans: readonly Orphans[], recorder: Recorder): Promise<number[]> {
  const waits: number[] = [];
  for (const { operationIds, since } of orphans) {
    const { rows } = await servers.database.query<{ ms: number | null }>(
      `SELECT extract(epoch FROM min(completed_at) - $2::timestamptz)::float8 * 1000 AS ms
       FROM outcomes WHERE operation_id = ANY ($1) AND completed_at > $2::timestamptz`,
      [operationIds, since],
    );
    const ms = rows[0]?.ms;
    if (typeof ms !== 'number') continue;
    waits.push(ms);
    recorder.log({ waited: ms, since, operationIds });
  }
  return waits;
}
