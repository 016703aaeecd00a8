import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '@wallet/local/find-program';
import { PROJECT_ROOT } from '@wallet/local/project';
import { findMisspellings } from '@wallet/shared/process/setting-names';
import { parse } from 'yaml';
import { type Container, readProjectFile } from '../support/manifests.ts';

const compose = parse(readProjectFile('docker-compose.yml'), { merge: true });
const render = parse(readProjectFile('render.yaml'));
const PROXY = 'deploy/compose/haproxy.cfg';
const haproxy = findProgram(process.env['PATH'] ?? '', 'haproxy') ?? findProgram('/usr/sbin', 'haproxy');

function sourceOf(command: string): string {
  const [program] = /\S+\.js$/.exec(command)!;
  return program.replace('/dist/', '/src/').replace(/js$/, 'ts');
}

describe('docker-compose.yml', () => {
  const services = Object.entries<Container>(compose.services);

  it('publishes only the proxy and the monitoring, on loopback, so that every other service can be scaled', () => {
    const published = services.filter(([, { ports }]) => ports !== undefined);
    expect(published.map(([name, { ports }]) => [name, ports])).toEqual([
      ['proxy', ['127.0.0.1:${API_PORT:-8000}:8000']],
      ['prometheus', ['127.0.0.1:${PROMETHEUS_PORT:-9090}:9090']],
      ['grafana', ['127.0.0.1:${GRAFANA_PORT:-3000}:3000']],
    ]);
    expect(services.filter(([, each]) => each.container_name !== undefined)).toEqual([]);
  });

  it('gives settings their names, and runs commands that exist', () => {
    for (const [name, { environment = {}, command = [] }] of services) {
      const given = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, String(value)]));
      expect([name, findMisspellings(given)]).toEqual([name, []]);
      for (const word of [command].flat().filter((each: string) => each.endsWith('.js')) as string[])
        expect([word, existsSync(join(PROJECT_ROOT, sourceOf(word)))]).toEqual([word, true]);
    }
  });

  it('the proxy has its configuration, which sends to the service api', () => {
    expect(compose.services.proxy.volumes).toEqual([`./${PROXY}:/usr/local/etc/haproxy/haproxy.cfg:ro`]);
    const templates = readProjectFile(PROXY).match(/^ *server-template .*$/gm)!;
    expect(templates.map((line) => line.trim().split(' ').at(-1))).toEqual(['api:8000', 'api:8000']);
  });

  (haproxy === null ? it.skip : it)('the configuration of the proxy is valid, where HAProxy is installed', () => {
    const output = execFileSync(haproxy!, ['-c', '-f', join(PROJECT_ROOT, PROXY)], { encoding: 'utf8' });
    expect(output).toBe('Configuration file is valid\n');
  });
});

describe('render.yaml', () => {
  const [keyValue, web, worker] = render.services as [Container, Container, Container];
  const [database] = render.databases;
  const [group] = render.envVarGroups;

  it('has the fields of the blueprint reference, and no others', () => {
    expect(Object.keys(render).sort()).toEqual(['databases', 'envVarGroups', 'services']);
    const ofImages = ['type', 'name', 'runtime', 'dockerfilePath', 'dockerContext', 'envVars'];
    expect(Object.keys(keyValue)).toEqual(['type', 'name', 'ipAllowList', 'maxmemoryPolicy']);
    expect(new Set(Object.keys(web))).toEqual(new Set([...ofImages, 'preDeployCommand', 'healthCheckPath']));
    expect(new Set(Object.keys(worker))).toEqual(new Set(ofImages));
    expect([keyValue.type, web.type, worker.type]).toEqual(['keyvalue', 'web', 'worker']);
    expect(Object.keys(database)).toEqual(['name', 'databaseName', 'user', 'postgresMajorVersion', 'ipAllowList']);
  });

  it('refers to servers, a group and files that exist', () => {
    for (const { envVars, dockerfilePath } of [web, worker]) {
      expect(envVars).toEqual([
        { key: 'DATABASE_URL', fromDatabase: { name: database.name, property: 'connectionString' } },
        {
          ...{ key: 'REDIS_URL' },
          fromService: { type: keyValue.type, name: keyValue.name, property: 'connectionString' },
        },
        { fromGroup: group.name },
      ]);
      expect(existsSync(join(PROJECT_ROOT, dockerfilePath))).toBe(true);
    }
    expect(existsSync(join(PROJECT_ROOT, sourceOf(web.preDeployCommand)))).toBe(true);
    const given = Object.fromEntries(group.envVars.map(({ key }: Container) => [key, 'x']));
    expect(findMisspellings(given)).toEqual([]);
  });

  it('keeps jobs in Redis, and both servers from the internet', () => {
    expect(keyValue.maxmemoryPolicy).toBe('noeviction');
    expect([keyValue.ipAllowList, database.ipAllowList]).toEqual([[], []]);
  });
});
