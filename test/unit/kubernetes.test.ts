import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { BlockList } from 'node:net';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { readApiConfig } from '@wallet/api/config';
import { PROJECT_ROOT } from '@wallet/local/project';
import { isPublicAddress } from '@wallet/shared/events/webhook-address';
import { findMisspellings } from '@wallet/shared/process/setting-names';
import { readWorkerConfig } from '@wallet/worker/config';
import {
  type Container,
  type Manifest,
  podLabelsOf,
  podOf,
  readKustomization,
  readManifests,
  readOverlay,
} from '../support/manifests.ts';

const OPERATORS = [...readOverlay('overlays/operators'), ...readManifests('admin.yaml')];
const MANAGED = [...readOverlay('overlays/managed'), ...readManifests('admin.yaml')];
const OVERLAYS: [string, readonly Manifest[]][] = [
  ['operators', OPERATORS],
  ['managed', MANAGED],
];

/** The longest that a process takes to stop, in seconds: STOP_MS of shared/src/process/run-process.ts. */
const STOP_S = 9;
/** Connections of a worker beside those of its transactions: two more, four for webhooks, one for retention. */
const WORKER_CONNECTIONS_MORE = 7;
/** The connection for the keys. */
const API_CONNECTIONS_MORE = 1;

const secrets = makeSecrets();

/** What make-secrets.sh would make: name and key to value. */
function makeSecrets(): Map<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'wallet-secrets-'));
  writeFileSync(join(folder, 'kubectl'), '#!/bin/sh\nprintf "%s\\n" "$@" ""\n', { mode: 0o755 });
  const script = join(PROJECT_ROOT, 'deploy/kubernetes/overlays/operators/make-secrets.sh');
  const output = execFileSync('sh', [script], {
    env: { ...process.env, PATH: `${folder}:${process.env['PATH']}` },
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  return new Map(
    output.split('\n\n').flatMap((command) => {
      const [, , , name, ...rest] = command.split('\n');
      return rest.flatMap((each): [string, string][] => {
        const [, key, value] = /^--from-literal=([\w-]+)=(.*)$/.exec(each) ?? [];
        return key === undefined ? [] : [[`${name}/${key}`, value!]];
      });
    }),
  );
}

function find(kind: string, name: string, among: readonly Manifest[] = OPERATORS): Manifest {
  const found = among.find((each) => each.kind === kind && each.metadata.name === name);
  if (found === undefined) throw new Error(`There is no ${kind} ${name}`);
  return found;
}

function containersOf(manifests: readonly Manifest[]): [string, Container, Manifest][] {
  return manifests.flatMap((manifest) =>
    (podOf(manifest)?.containers ?? []).map((each): [string, Container, Manifest] => [each.name, each, manifest]),
  );
}

/** The environment that a container gets from the settings and the secrets. */
function environmentOf(container: Container): Record<string, string> {
  const settings = (container.envFrom ?? []).map(
    ({ configMapRef }: Container) => find('ConfigMap', configMapRef.name).data,
  );
  const own = (container.env ?? []).map(({ name, value, valueFrom }: Container) => {
    const { name: secret, key } = valueFrom?.secretKeyRef ?? {};
    const given = value ?? secrets.get(`${secret}/${key}`);
    if (given === undefined) throw new Error(`${name}: make-secrets.sh makes no ${secret}/${key}`);
    return [name, given];
  });
  return Object.assign({}, ...settings, Object.fromEntries(own)) as Record<string, string>;
}

function containerOf(kind: string, name: string): Container {
  return podOf(find(kind, name))!.containers[0];
}

describe('settings', () => {
  it.each(containersOf(OPERATORS))(
    'the environment of %s has no misspelt name and no missing secret',
    (_name, each) => {
      expect(findMisspellings(environmentOf(each))).toEqual([]);
    },
  );

  it('the API and the workers can be started with theirs, on every address of the pod', () => {
    // In its own words the address of Sentinels is compared below.
    const env = (name: string) => ({ ...environmentOf(containerOf('Deployment', name)), REDIS_URL: 'redis://redis' });
    const api = readApiConfig(env('wallet-api'));
    expect(api).toMatchObject({ host: '0.0.0.0', port: 8000, metrics: true, allowAnonymous: false });
    expect(api.webhookKey).toHaveLength(32);
    const worker = readWorkerConfig(env('wallet-worker'));
    expect(worker).toMatchObject({ host: '0.0.0.0', healthPort: 8001, webhookAllowPrivate: false });
    expect(worker.webhookKey).toEqual(api.webhookKey);
  });

  it('addresses name the servers of the overlay', () => {
    const cluster = find('Cluster', 'wallet-postgres');
    const { database, owner, secret } = cluster.spec.bootstrap.initdb;
    for (const [role, user] of [
      ...['api', 'worker', 'auditor'].map((each) => [each, `wallet_${each}_login`] as const),
      ['owner', owner],
    ]) {
      const url = new URL(secrets.get(`wallet-${role}/database-url`)!);
      expect([url.username, url.hostname, url.port]).toEqual([user, `${cluster.metadata.name}-rw`, '5432']);
      expect([url.pathname, url.searchParams.get('sslmode')]).toEqual([`/${database}`, 'verify-full']);
      const password = secrets.get(`wallet-${role}/${role === 'owner' ? 'password' : 'database-password'}`);
      expect(url.password).toBe(password);
    }
    expect(secrets.get(`${secret.name}/username`)).toBe(owner);
    const redis = find('StatefulSet', 'wallet-redis');
    const pods = Array.from(
      { length: redis.spec.replicas },
      (_, number) => `${redis.metadata.name}-${number}.${redis.spec.serviceName}:26379`,
    );
    expect(secrets.get('wallet-redis/redis-url')).toBe(
      `redis-sentinel://:${secrets.get('wallet-redis/password')}@${pods.join(',')}/wallet`,
    );
    const { 'sentinel.sh': sentinel } = find('ConfigMap', 'wallet-redis').data!;
    expect(sentinel).toContain(`sentinel monitor wallet ${pods[0]!.replace(':26379', ' 6379')} 2`);
  });

  it('the certificate of the cluster is where the addresses look for it', () => {
    const file = new URL(secrets.get('wallet-api/database-url')!).searchParams.get('sslrootcert');
    for (const [, container, manifest] of containersOf(MANAGED)) {
      const mount = container.volumeMounts.find((each: Container) => file!.startsWith(`${each.mountPath}/`));
      const volume = (podOf(manifest)!['volumes'] as Container[]).find(({ name }) => name === mount.name);
      expect(volume.secret.secretName).toBe('wallet-postgres-ca');
      expect(volume.secret.items).toEqual([{ key: 'ca.crt', path: posix.relative(mount.mountPath, file!) }]);
    }
  });
});

describe.each(OVERLAYS)('in the overlay %s', (_overlay, manifests) => {
  const pods = manifests.map(podLabelsOf).filter((labels) => labels !== null);
  const matches = (selector: Container): boolean =>
    pods.some(
      (labels) =>
        Object.entries(selector.matchLabels ?? {}).every(([label, value]) => labels[label] === value) &&
        (selector.matchExpressions ?? []).every(({ key, values }: Container) => values.includes(labels[key])),
    );

  it('selectors match some pods', () => {
    for (const { kind, metadata, spec } of manifests) {
      const selectors =
        kind === 'NetworkPolicy'
          ? [spec, ...(spec.ingress ?? []).flatMap(({ from = [] }) => from), ...(spec.egress ?? []).flatMap(toOf)]
              .filter(({ namespaceSelector }) => namespaceSelector === undefined)
              .flatMap(({ podSelector = {} }) => podSelector)
          : kind === 'Service'
            ? [{ matchLabels: spec.selector }]
            : kind === 'PodDisruptionBudget'
              ? [spec.selector]
              : [];
      for (const selector of selectors) expect([metadata.name, matches(selector)]).toEqual([metadata.name, true]);
    }
  });

  it('an autoscaler refers to a Deployment that leaves its replicas to it', () => {
    for (const { kind, spec } of manifests.filter(({ kind }) => /Autoscaler|ScaledObject/.test(kind))) {
      expect([kind, find('Deployment', spec.scaleTargetRef.name, manifests).spec.replicas]).toEqual([kind, undefined]);
    }
  });

  it('ports have the names by which they are used', () => {
    const names = containersOf(manifests).flatMap(([, { ports = [] }]) => ports.map(({ name }: Container) => name));
    const called = [
      ...containersOf(manifests).flatMap(([, each]) =>
        ['startupProbe', 'readinessProbe', 'livenessProbe'].flatMap((probe) => {
          const { httpGet, tcpSocket } = each[probe] ?? {};
          return (httpGet ?? tcpSocket)?.port ?? [];
        }),
      ),
      ...manifests.flatMap(({ kind, spec }) =>
        kind === 'Service' ? spec.ports.flatMap(({ targetPort = [] }: Container) => targetPort) : [],
      ),
    ];
    expect(called.length).toBeGreaterThan(6);
    expect(names).toEqual(expect.arrayContaining(called));
  });

  it('every container has limits and requests', () => {
    for (const [name, container, manifest] of containersOf(manifests)) {
      const pod = podOf(manifest) as Container;
      expect([name, pod.securityContext.runAsNonRoot, pod.securityContext.seccompProfile]).toEqual([
        ...[name, true, { type: 'RuntimeDefault' }],
      ]);
      expect(container.securityContext).toEqual({
        ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
        capabilities: { drop: ['ALL'] },
      });
      expect(pod.automountServiceAccountToken).toBe(false);
      const amount: unknown = expect.stringMatching(/^\d+(m|[MG]i)?$/);
      expect(container.resources).toMatchObject({
        requests: { cpu: amount, memory: amount },
        limits: { memory: amount },
      });
    }
  });

  it('commands of the images exist', () => {
    const commands = containersOf(manifests).flatMap(([, { command = [] }]) => command);
    const programs = commands.filter((each: string) => each.endsWith('.js'));
    expect(programs).toContain('shared/dist/commands/migrate.js');
    for (const program of programs as string[]) {
      const source = program.replace('/dist/', '/src/').replace(/js$/, 'ts');
      expect([program, existsSync(join(PROJECT_ROOT, source))]).toEqual([program, true]);
    }
  });
});

function toOf({ to = [] }: Container): Container[] {
  return to;
}

it('both overlays name every image of base, and the pod for commands has that of the API', () => {
  const wanted = ['wallet-operations-api', 'wallet-operations-worker'];
  const images = containersOf(readOverlay('base')).map(([, { image }]) => image);
  expect(new Set(images)).toEqual(new Set(wanted));
  for (const overlay of ['operators', 'managed']) {
    const named = readKustomization(`overlays/${overlay}`).images!;
    expect(named.map(({ name }) => name)).toEqual(wanted);
    expect(containerOf('Pod', 'wallet-admin').image).toBe(`${named[0]!.newName}:${named[0]!.newTag}`);
  }
});

describe('times', () => {
  it('a pod may wait for its migration as long as its settings say', () => {
    const waitS = Number(find('ConfigMap', 'wallet-settings').data!['MIGRATION_WAIT_S']);
    for (const name of ['wallet-api', 'wallet-worker']) {
      const { periodSeconds, failureThreshold } = containerOf('Deployment', name).startupProbe;
      expect(periodSeconds * failureThreshold).toBeGreaterThan(waitS);
    }
  });

  it('a pod is not killed while its process stops', () => {
    for (const [name, container, manifest] of containersOf(readOverlay('base'))) {
      const pauseS = Number(container.lifecycle?.preStop.exec.command[1] ?? 0);
      const graceS = podOf(manifest)!['terminationGracePeriodSeconds'] as number;
      expect([name, graceS > pauseS + STOP_S]).toEqual([name, true]);
    }
  });
});

it('Postgres accepts the connections of the maximum number of pods, plus one more of each during a release', () => {
  const env = (name: string) => ({ ...environmentOf(containerOf('Deployment', name)), REDIS_URL: 'redis://redis' });
  const { connections } = readApiConfig(env('wallet-api'));
  const ofApi = connections.reading + connections.storing + API_CONNECTIONS_MORE;
  const worker = readWorkerConfig(env('wallet-worker'));
  const ofWorker = worker.transactions + worker.bulkTransactions + WORKER_CONNECTIONS_MORE;
  const apis = Number(find('HorizontalPodAutoscaler', 'wallet-api').spec.maxReplicas) + 1;
  const workers = Number(find('ScaledObject', 'wallet-worker').spec.maxReplicaCount) + 1;
  const most = Number(find('Cluster', 'wallet-postgres').spec.postgresql.parameters.max_connections);
  expect([ofApi, ofWorker]).toEqual([11, 11]);
  expect(apis * ofApi + workers * ofWorker).toBeLessThan(most * 0.9);
});

describe('webhooks', () => {
  const [rule] = find('NetworkPolicy', 'workers-to-receivers').spec.egress;
  const excluded: string[] = rule.to.flatMap(({ ipBlock }: Container) => ipBlock.except);

  it('allows no address that the service takes for a private one and routers would forward', () => {
    const blocked = new BlockList();
    for (const range of excluded) {
      const [address, length] = range.split('/');
      blocked.addSubnet(address!, Number(length), range.includes(':') ? 'ipv6' : 'ipv4');
    }
    for (const address of [
      ...['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '100.64.0.1', '100.127.255.255'],
      ...['169.254.169.254', '127.0.0.1', '168.63.129.16', '0.0.0.1', '198.19.255.255', '224.0.0.1', '255.255.255.255'],
    ]) {
      expect([address, blocked.check(address)]).toEqual([address, true]);
    }
    for (const address of ['2002:7f00:1::', '2001:0:7f00:1::', '2001:db8::1'])
      expect([address, blocked.check(address, 'ipv6')]).toEqual([address, true]);
  });

  it('allows every other: no range is left out whose first address is public', () => {
    expect(excluded.map((range) => range.split('/')[0]!).filter(isPublicAddress)).toEqual([]);
  });
});
