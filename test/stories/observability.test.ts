import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '@wallet/local/find-program';
import { Registry } from '@wallet/shared/process/metrics';
import { serveHealthSomewhere } from '@wallet/worker/serve-health';
import request from 'supertest';
import { type Cluster, type ServiceProcess, createCluster } from '../support/cluster.ts';
import { PROMETHEUS_FOLDER, metricsIn, readBoard, readRules } from '../support/metric-names.ts';
import { readProjectFile } from '../support/manifests.ts';
import { createTestDatabase } from '../support/test-database.ts';

/** The configuration of Prometheus and Grafana, compared with what API and worker serve. */
const promtool = findProgram(process.env['PATH'] ?? '', 'promtool');
const folder = mkdtempSync(join(tmpdir(), 'wallet-observability-'));
let cluster: Cluster;
let worker: ServiceProcess;
/** The lines of `/metrics` of both. */
let served: string[];

jest.setTimeout(120_000);
beforeAll(async () => {
  // Several, so that the supervisor is measured too.
  const env = { WORKER_PROCESSES: '2', RETENTION_EVENTS_DAYS: '30' };
  cluster = createCluster({ ...(await createTestDatabase()), folder, env });
  const api = await cluster.startApi();
  worker = await cluster.startWorker();
  const texts = [
    await request(api.url).get('/metrics').expect(200),
    await request(`http://127.0.0.1:${healthPortOf(worker)}`)
      .get('/metrics')
      .expect(200),
  ];
  served = texts.flatMap(({ text }) => text.split('\n'));
});
afterAll(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

function healthPortOf(process: ServiceProcess): number {
  return Number(/"health_port":(\d+)/.exec(process.log())![1]);
}

it('every metric that the rules and the board name is served, with the labels that they use', () => {
  const types = new Set(served.flatMap((line) => /^# TYPE (\w+) /.exec(line)?.[1] ?? []));
  const expressions = [...readRules().map(({ expr }) => expr), ...readBoard()];
  expect(expressions.length).toBeGreaterThan(60);
  const unknown = expressions.flatMap(metricsIn).filter(({ name, labels }) => {
    const samples = served.filter((line) => new RegExp(`^${name}(_bucket|_sum|_count)?[{ ]`).test(line));
    // Prometheus adds the job and the instance. A counter with labels has no samples until something is counted.
    const own = labels.filter((label) => !['job', 'instance'].includes(label));
    const lacks = samples.length > 0 && own.some((label) => !samples.some((line) => line.includes(`${label}="`)));
    return !types.has(name) || lacks;
  });
  expect(unknown).toEqual([]);
});

it('a worker serves its metrics on loopback by default, each on its own port', async () => {
  const port = healthPortOf(worker);
  expect(port).toBeGreaterThanOrEqual(9464);
  const isReady = () => Promise.resolve(true);
  const [one, two] = [
    await serveHealthSomewhere(isReady, new Registry()),
    await serveHealthSomewhere(isReady, new Registry()),
  ];
  try {
    expect(new Set([port, one!.port, two!.port]).size).toBe(3);
    await request(`http://127.0.0.1:${two!.port}`).get('/health').expect(200);
  } finally {
    one?.stop();
    two?.stop();
  }
});

it('each alert says what is wrong and what to do, and has a test', () => {
  const tests =
    readProjectFile('deploy/prometheus/rules.test.yml') + readProjectFile('deploy/prometheus/rules-of-weeks.test.yml');
  for (const { alert, labels, annotations } of readRules()) {
    expect(['page', 'ticket']).toContain(labels['severity']);
    expect(Object.keys(annotations)).toEqual(['summary', 'action']);
    expect(tests).toContain(`alertname="${alert}"`);
  }
});

(promtool === null ? it.skip : it)('the rules pass their tests, where promtool is installed', () => {
  const run = (...args: string[]) =>
    execFileSync(promtool!, args, { cwd: PROMETHEUS_FOLDER, encoding: 'utf8', timeout: 100_000 });
  expect(run('check', 'config', 'prometheus.yml')).toContain('rules found');
  expect(run('test', 'rules', 'rules.test.yml', 'rules-of-weeks.test.yml')).not.toContain('FAILED');
});
