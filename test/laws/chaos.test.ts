import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCampaign } from '../chaos/campaign.ts';
import { PLAIN } from '../chaos/setup.ts';
import { FAULT_KINDS, drawSchedule } from '../chaos/faults/schedule.ts';
import { ARE_BUILT } from '../support/program-command.ts';

/** A short `npm run chaos` with brief faults, so that the command stays alive. */

const ONLY = [
  'kill -9 (worker) × drain: COMMIT',
  'connection lost (api) × accept: acceptOperations',
  'connection lost (worker) × deliver: COMMIT',
  'answer late (worker) × relay: COMMIT',
  'Redis: FLUSHALL',
  'Postgres: backends terminated × wallet-worker',
  'network: connections reset',
  'retry storm',
];

it('a few faults leave a history without violations', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wallet-chaos-'));
  const report = await runCampaign({
    ...{ seed: 7, faults: 6, seconds: 10, only: ONLY, folder, keep: false, isBuilt: ARE_BUILT, setup: PLAIN },
    say: () => undefined,
  });
  expect(report.violations).toEqual([]);
  expect(report.faults.filter(({ isInjected }) => isInjected).length).toBeGreaterThan(0);
  expect(report.operations).toBeGreaterThan(20);
  expect(report.told).toBeGreaterThan(20);
}, 90_000);

it('the same seed draws the same faults', () => {
  const describe = (seed: number) =>
    drawSchedule(seed, 200, []).map((step) => step.map(({ kind, point, description }) => [kind, point, description]));
  expect(describe(5)).toEqual(describe(5));
  expect(describe(5)).not.toEqual(describe(6));
});

it('there are many kinds of faults', () => {
  expect(new Set(FAULT_KINDS.map(({ kind }) => kind)).size).toBeGreaterThan(35);
  expect(new Set(FAULT_KINDS.map(({ kind, point }) => `${kind} × ${point}`)).size).toBe(FAULT_KINDS.length);
});
