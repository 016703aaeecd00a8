import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '@wallet/local/child';
import { urlFor } from '@wallet/local/embedded-postgres';
import { PENDING_LIMIT } from './check/check-refusals.ts';
import { unpackVersion } from './earlier-version.ts';
import { type Slot, createSlot } from './processes.ts';
import { type Servers, startServers } from './servers.ts';
import { throughPorts } from './postgres-side.ts';
import type { Setup } from './setup.ts';
import { type FaultProxy, type Way, joinWays, startFaultProxy } from './wire/fault-proxy.ts';
import { type TrapLine, createTrapLine } from './wire/traps.ts';
import { type Witness, startWitness } from './witness.ts';

/** A process of the product with the ways that lead from it. */
export interface Station {
  readonly slot: Slot;
  readonly postgres: Way;
  /** The ways to each host of `DATABASE_URL`. */
  readonly hosts: readonly Way[];
  readonly redis: Way;
  readonly traps: TrapLine;
}

/** The way from the clients to an API. */
interface ApiStation extends Station {
  readonly entrance: FaultProxy;
}

/** All of a service, with a proxy between every two that speak to each other. */
export interface Rig {
  readonly setup: Setup;
  readonly servers: Servers;
  readonly witness: Witness;
  readonly apis: readonly ApiStation[];
  readonly workers: readonly Station[];
  /** An API and a worker of an earlier version that can be started beside them; null if the campaign was not given one. */
  readonly earlier: { readonly api: ApiStation; readonly worker: Station } | null;
  /** Between the workers and the receiver of webhooks. */
  readonly hook: FaultProxy;
  /** Where clients reach the APIs. */
  readonly urls: readonly string[];
  /** What must not stand in any log. */
  readonly secrets: readonly string[];
  /** What is told to the receiver is told to it again now, whatever went before. */
  remindOfWebhooks(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRig(options: {
  folder: string;
  isBuilt: boolean;
  setup: Setup;
  /** Is told what must not be. */
  complain: (law: 'process_died' | 'not_in_time', sentence: string) => void;
}): Promise<Rig> {
  const { setup } = options;
  const servers = await startServers(options.folder, setup);
  const witness = await startWitness();
  const hook = await startFaultProxy(witness.port);
  const webhookKey = randomBytes(32).toString('base64');
  const logs = join(options.folder, 'logs');

  async function makeStation(
    program: 'api' | 'worker',
    name: string,
    env: Record<string, string>,
    version: { isBuilt: boolean; root?: string } = options,
  ): Promise<Station> {
    const traps = createTrapLine();
    const hosts = await Promise.all(servers.postgres.ports.map((port) => startFaultProxy(port, traps)));
    const nodes = await Promise.all(
      servers.redis.nodes.map(async ({ port }) => [port, await startFaultProxy(port)] as const),
    );
    const proxies = new Map(nodes);
    const hostPorts = hosts.map(({ port }) => port);
    const url = throughPorts(urlFor(program, servers.postgres.url), hostPorts);
    const reads = program === 'api' && setup.postgres === 'pair';
    const slot = createSlot({
      ...{ name, program, logs, ...version },
      onDeath: (sentence) => options.complain('process_died', sentence),
      env: {
        ...{ DATABASE_URL: url, WEBHOOK_KEY: webhookKey, WEBHOOK_ALLOW_PRIVATE: 'true' },
        ...(reads ? { READ_DATABASE_URL: `${url}?target_session_attrs=standby` } : {}),
        ...servers.redis.settings((port) => proxies.get(port)?.port ?? port),
        ...env,
      },
    });
    return { slot, hosts, traps, postgres: joinWays(hosts), redis: joinWays([...proxies.values()]) };
  }

  async function makeApiStation(name: string, version?: Parameters<typeof makeStation>[3]): Promise<ApiStation> {
    const port = await findFreePort();
    const limit = { ADMISSION_PENDING_OPERATIONS: String(PENDING_LIMIT) };
    const station = await makeStation('api', name, { PORT: String(port), ...limit }, version);
    return { ...station, entrance: await startFaultProxy(port) };
  }

  async function makeEarlier(before: string): Promise<Rig['earlier']> {
    const version = { isBuilt: false, root: unpackVersion(before, options.folder) };
    return {
      api: await makeApiStation('api-before', version),
      worker: await makeStation('worker', 'worker-before', {}, version),
    };
  }

  const [apis, workers] = await Promise.all([
    Promise.all(['api-1', 'api-2'].map((name) => makeApiStation(name))),
    Promise.all(['worker-1', 'worker-2'].map((name) => makeStation('worker', name, {}))),
  ]);
  await Promise.all([...apis, ...workers].map(({ slot }) => slot.start()));
  const earlier = setup.before === undefined ? null : await makeEarlier(setup.before);
  const urls = apis.map(({ entrance }) => `http://127.0.0.1:${entrance.port}`);
  await witness.subscribe(urls[0] ?? '', `http://127.0.0.1:${hook.port}/hook`);
  const passwords = [
    servers.postgres.url,
    ...(['api', 'worker'] as const).map((role) => urlFor(role, servers.postgres.url)),
  ];
  const secrets = [webhookKey, witness.secret(), ...passwords.map(passwordOf)];
  return {
    ...{ setup, servers, witness, apis, workers, earlier, hook, urls, secrets },
    async remindOfWebhooks() {
      const { rows } = await servers.database.query<{ eventId: string; failures: number }>(
        `SELECT event_id AS "eventId", failures FROM deliveries
         WHERE status = 'pending' AND failures <= ${FEW_FAILURES} AND next_attempt_at > now() + interval '${SOON}'`,
      );
      for (const { eventId, failures } of rows) {
        options.complain('not_in_time', `event ${eventId} waits for more than ${SOON} after ${failures} failures`);
      }
      await servers.database.query('UPDATE webhook_endpoint_states SET paused_until = NULL');
      await servers.database.query(`UPDATE deliveries SET next_attempt_at = now() WHERE status = 'pending'`);
      await servers.database.query('UPDATE delivery_leases SET leased_until = now()');
    },
    async stop() {
      const entrances = [...apis, ...(earlier ? [earlier.api] : [])];
      const stations = [...entrances, ...workers, ...(earlier ? [earlier.worker] : [])];
      for (const { slot } of stations) slot.resume();
      await Promise.race([
        Promise.all(stations.map(({ slot }) => slot.stop())),
        delay(STOP_MS, undefined, { ref: false }),
      ]);
      await Promise.all(stations.map(({ slot }) => slot.kill()));
      const proxies = [...stations.flatMap(({ postgres, redis }) => [postgres, redis]), hook];
      await Promise.all([...proxies, ...entrances.map(({ entrance }) => entrance)].map((proxy) => proxy.stop()));
      await witness.stop();
      await servers.stop();
    },
  };
}

/** Of an address that may name several hosts. */
function passwordOf(url: string): string {
  return /:([^:@/]+)@/.exec(url)?.[1] ?? '';
}

const STOP_MS = 15_000;
/** After so few failures a webhook is tried again as soon as that. */
const FEW_FAILURES = 4;
const SOON = '20 minutes';
