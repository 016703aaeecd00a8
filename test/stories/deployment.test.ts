import request from 'supertest';
import { podOf, readOverlay } from '../support/manifests.ts';
import { type Service, startService } from '../support/service.ts';

const BASE = readOverlay('base');

function find(kind: string, name: string) {
  return BASE.find((each) => each.kind === kind && each.metadata.name === name)!;
}

function probesOf(name: string): string[] {
  const [{ startupProbe, readinessProbe, livenessProbe }] = podOf(find('Deployment', name))!.containers as [any];
  return [startupProbe, readinessProbe, livenessProbe].map(({ httpGet }) => httpGet.path);
}

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

it('the API answers the probes of its pods', async () => {
  for (const path of probesOf('wallet-api')) await request(service.url).get(path).expect(200);
});

it('a worker answers its probes', () => {
  // laws/read-only-database.test.ts asks a worker for both.
  expect(probesOf('wallet-worker')).toEqual(['/health', '/health', '/livez']);
});

it('the API measures the scaling signal of workers, where Prometheus is configured to look', async () => {
  const { annotations } = find('Deployment', 'wallet-api').spec.template.metadata;
  const [{ metadata }] = find('ScaledObject', 'wallet-worker').spec.triggers;
  const [, metric] = /^max\((\w+)\{namespace="wallet"\}\)$/.exec(metadata.query)!;
  const { text } = await request(service.url).get(annotations['prometheus.io/path']).expect(200);
  expect(text).toMatch(new RegExp(`^# TYPE ${metric} gauge$`, 'm'));
  expect(text).toMatch(new RegExp(`^${metric}\\{.*lane="high"\\} \\d`, 'm'));
  expect(text).toMatch(new RegExp(`^${metric}\\{.*lane="bulk"\\} \\d`, 'm'));
});
