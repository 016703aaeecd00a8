import { setTimeout as delay } from 'node:timers/promises';
import { alternate } from '../alternate.ts';
import { startRowLock } from '../baselines.ts';
import { createClient } from '../batch-load.ts';
import { clockOffset, readCommitTimes } from '../commit-times.ts';
import { compareCapacities, finish } from '../compare.ts';
import { type Contender, untilDrained } from '../contender.ts';
import { type Figure, type Plot, ratioOf } from '../figures.ts';
import { depositRequest } from '../load/connection.ts';
import { type Sent, runOpenLoop } from '../load/open-loop.ts';
import { type Receiver, startReceiver } from '../receiver.ts';
import type { Bench, Section } from '../section.ts';
import { type Service, startService } from '../service.ts';
import { percentile } from '../statistics.ts';

/** More than are ever in flight at once, unless a contender does not keep up. */
const CONNECTIONS = 256;
const DRAIN_S = 60;
const SETTLE_MS = 3_000;
const SHARES = [0.5, 0.99];
const ALL_SHARES = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 1];

/** Milliseconds of each kind of waiting in one run. */
type Times = Readonly<Record<string, readonly number[]>>;

interface Phase {
  readonly name: string;
  run(bench: Bench): Promise<{ times: Times; faults: readonly string[] }>;
}

/** How long callers wait at half of the service's capacity. */
export const latency: Section = {
  name: 'latency',
  title: 'How long it takes',
  async measure(bench) {
    const { servers, options } = bench;
    const rounds = options.fewRounds;
    const [service, rowLock, receiver] = await Promise.all([
      startService(servers),
      startRowLock(servers),
      startReceiver(servers.stops),
    ]);
    const capacities = await compareCapacities(bench, [service, rowLock], 1);
    const halfOf = (contender: Contender): number => (capacities.get(contender)?.[0]?.appliedPerS ?? NaN) / 2;
    const rate = halfOf(service);
    const ownRate = halfOf(rowLock);
    const phases: Phase[] = [
      { name: 'service', run: () => runAccepted(bench, service, rate) },
      { name: 'service, waited for', run: () => runWaited(bench, service, rate) },
      {
        name: 'service, with a webhook',
        async run() {
          // A new endpoint gets events from its creation on; one that was disabled meanwhile, all that it has missed.
          const subscription = await subscribe(service, receiver);
          const result = await runTold(bench, service, receiver, rate);
          await subscription.end();
          return result;
        },
      },
      { name: 'row lock per request', run: () => runAnswered(bench, rowLock, rate) },
      { name: 'row lock per request, half of its own rate', run: () => runAnswered(bench, rowLock, ownRate) },
    ];
    const runs = await alternate(rounds, phases, async (phase, round) => {
      const result = await phase.run(bench);
      for (const [measure, times] of Object.entries(result.times)) {
        bench.say(`  ${phase.name}, round ${round + 1}: ${measure}: p99 ${percentile(times, 0.99).toFixed(1)} ms`);
      }
      return result;
    });
    const faults = [...runs.values()].flat().flatMap((run) => run.faults);
    faults.push(...(await finish(capacities, [service])));
    const results = [...runs].map(([{ name }, own]) => ({ name, runs: own.map(({ times }) => times) }));
    return {
      about:
        `Open loop for ${seconds(bench)} s, ${rounds} rounds in turn, ${rate.toFixed(0)} operations a second: half of what the service ` +
        `accepted and applied just before. Half of what the row lock took: ${ownRate.toFixed(0)}. Each request is timed from when it ` +
        'was meant to be sent; an operation is applied when its transaction is committed, by the clock of Postgres.',
      figures: withRatios(results.flatMap(({ name, runs }) => figuresOf(name, runs))),
      plots: [plotOf(results)],
      faults,
      skipped: [],
    };
  },
};

const LEAST_S = 1.5;

function seconds({ options }: Bench): number {
  return Math.max(LEAST_S, options.seconds);
}

async function runLoad(
  bench: Bench,
  contender: Contender,
  perSecond: number,
  requests = contender.requests,
): Promise<{ sent: readonly Sent[]; faults: string[] }> {
  const { ledger, name } = contender;
  const before = (await ledger?.countApplied()) ?? 0;
  const load = { ports: contender.ports, connections: CONNECTIONS, seconds: seconds(bench), perSecond, requests };
  const sent = await runOpenLoop(load);
  const accepted = sent.filter(({ status }) => status >= 200 && status < 300).length;
  const refused = sent.filter(({ status }) => status >= 300).length;
  const faults = refused > 0 ? [`${name}: ${refused} requests were refused`] : [];
  if (ledger) {
    // A contender that does not keep up still has unfinished work.
    if (accepted < sent.length) await delay(SETTLE_MS);
    await untilDrained(ledger, before + accepted, DRAIN_S);
    const applied = (await ledger.countApplied()) - before;
    // A request without an answer in time may still have been applied.
    const isRight = accepted === sent.length ? applied === accepted : applied >= accepted;
    if (!isRight) faults.push(`${name}: ${accepted} operations were accepted and ${applied} applied`);
    faults.push(...(await ledger.findFaults()).map((fault) => `${name}: ${fault}`));
  }
  return { sent, faults };
}

const answerTimes = (sent: readonly Sent[]): number[] => sent.map(({ dueAt, answeredAt }) => answeredAt - dueAt);

async function runAnswered(bench: Bench, contender: Contender, rate: number) {
  const { sent, faults } = await runLoad(bench, contender, rate);
  return { times: { 'answered (and applied)': answerTimes(sent) }, faults };
}

async function runAccepted(bench: Bench, service: Service, rate: number) {
  const { sent, faults } = await runLoad(bench, service, rate);
  const { times, missing } = await timesOfCommits(service, sent);
  return { times: { accepted: answerTimes(sent), ...times }, faults: [...faults, ...missing] };
}

async function runWaited(bench: Bench, service: Service, rate: number) {
  const requests = service.walletIds.map((id) => depositRequest(id, 'Prefer: wait=20\r\n'));
  const { sent, faults } = await runLoad(bench, service, rate, requests);
  const pending = sent.filter(({ status }) => status !== 200).length;
  if (pending > 0) faults.push(`service: ${pending} operations were not answered with their result`);
  return { times: { 'answered with the result (Prefer: wait)': answerTimes(sent) }, faults };
}

async function runTold(bench: Bench, service: Service, receiver: Receiver, rate: number) {
  const { sent, faults } = await runLoad(bench, service, rate);
  const ids = sent.flatMap(({ id }) => id ?? []);
  if (!(await receiver.untilHeard(ids, DRAIN_S))) faults.push('service: not every webhook arrived in time');
  const offset = clockOffset();
  const commits = await readCommitTimes(service.ledger.database.pool, ids);
  const heardAt = (id: string | null): number => receiver.heardAt(id ?? '') ?? NaN;
  const due = sent.map(({ id, dueAt }) => heardAt(id) - dueAt);
  const applied = ids.map((id) => heardAt(id) + offset - (commits.get(id)?.appliedAt ?? NaN));
  receiver.forget();
  return {
    times: { 'sent to webhook received': due, 'applied to webhook received': applied, accepted: answerTimes(sent) },
    faults,
  };
}

async function timesOfCommits(service: Service, sent: readonly Sent[]): Promise<{ times: Times; missing: string[] }> {
  const offset = clockOffset();
  const ids = sent.flatMap(({ id }) => id ?? []);
  const commits = await readCommitTimes(service.ledger.database.pool, ids);
  const known = sent.flatMap(({ id, dueAt }) => {
    const commit = commits.get(id ?? '');
    return commit ? [{ ...commit, dueAt: dueAt + offset }] : [];
  });
  return {
    times: {
      'sent to applied': known.map(({ appliedAt, dueAt }) => appliedAt - dueAt),
      'accepted to applied': known.map(({ appliedAt, acceptedAt }) => appliedAt - acceptedAt),
    },
    missing: known.length === sent.length ? [] : [`service: ${sent.length - known.length} operations were not found`],
  };
}

async function subscribe(service: Service, receiver: Receiver) {
  const client = createClient(service.ports[0] ?? 0);
  const { body, status } = await client.send('POST', '/webhook-endpoints', { body: { url: receiver.url } });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return {
    async end() {
      await client.send('DELETE', `/webhook-endpoints/${String(body['id'])}`);
      client.close();
    },
  };
}

function figuresOf(subject: string, runs: readonly Times[]): Figure[] {
  return Object.keys(runs[0] ?? {}).flatMap((measure) =>
    SHARES.map((share) => ({
      ...{ subject, measure: `${measure}, p${share * 100}`, unit: 'ms' },
      values: runs.map((times) => percentile(times[measure] ?? [], share)),
    })),
  );
}

/** The baseline's answers beside those of the service: its first answer, and the one with the result. */
function withRatios(figures: readonly Figure[]): Figure[] {
  const valuesOf = (subject: string, measure: string): readonly number[] =>
    figures.find((figure) => figure.subject === subject && figure.measure === measure)?.values ?? [];
  return figures.map((figure) => {
    if (!figure.subject.startsWith('row lock')) return figure;
    const share = figure.measure.replace(/.*, /, '');
    return {
      ...figure,
      ratio: ratioOf('service accepts in', valuesOf('service', `accepted, ${share}`), figure.values),
    };
  });
}

function plotOf(results: readonly { readonly name: string; readonly runs: readonly Times[] }[]): Plot {
  return {
    title: 'Share of operations within a time',
    ...{ x: 'percentile', y: 'ms', logarithmic: true },
    curves: results.flatMap(({ name, runs }) =>
      Object.keys(runs[0] ?? {}).map((measure) => {
        const all = runs.flatMap((times) => times[measure] ?? []).sort((a, b) => a - b);
        const at = (share: number): number => all[Math.floor((all.length - 1) * share)] ?? NaN;
        return { name: `${name}: ${measure}`, points: ALL_SHARES.map((share) => [share * 100, at(share)] as const) };
      }),
    ),
  };
}
