import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '@wallet/local/child';
import { PENDING_LIMIT } from './check/check-refusals.ts';
import { unpackVersion } from './earlier-version.ts';
import { type Slot, createSlot } from './processes.ts';
import { type Servers, startServers } from './servers.ts';
import { type FaultProxy, startFaultProxy } from './wire/fault-proxy.ts';
import { type TrapLine, createTrapLine } from './wire/traps.ts';
import { type Witness, startWitness } from './witness.ts';

/** A process of the product with the ways that lead from it. */
export interface Station {
  readonly slot: Slot;
  readonly postgres: FaultProxy;
  readonly redis: FaultProxy;
  readonly traps: TrapLine;
}

/** The way from the clients to an API. */
interface ApiStation extends Station {
  readonly entrance: FaultProxy;
}

/** All of a service, with a proxy between every two that speak to each other. */
export interface Rig {
  readonly servers: Servers;
  readonly witness: Witness;
  readonly apis: readonly ApiStation[];
  readonly workers: readonly Station[];
  /** A worker of an earlier version that can be started beside them; null if the campaign was not given one. */
  readonly earlierWorker: Slot | null;
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
  /** A commit whose worker can be started beside those of this one. */
  before?: string | undefined;
  /** Is told what must not be. */
  complain: (law: 'process_died' | 'not_in_time', sentence: string) => void;
}): Promise<Rig> {
  const servers = await startServers(options.folder);
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
    const postgres = await startFaultProxy(servers.ports.postgres, traps);
    const redis = await startFaultProxy(servers.ports.redis);
    const slot = createSlot({
      ...{
        name,
        program,
        logs,
        ...version,
        onDeath: (sentence) => options.complain('process_died', sentence),
      },
      env: {
        ...{ DATABASE_URL: `postgres://postgres:${servers.password}@127.0.0.1:${postgres.port}/wallet` },
        ...{ REDIS_URL: `redis://127.0.0.1:${redis.port}`, WEBHOOK_KEY: webhookKey, WEBHOOK_ALLOW_PRIVATE: 'true' },
        ...env,
      },
    });
    return { slot, postgres, redis, traps };
  }

  async function startStation(...station: Parameters<typeof makeStation>): Promise<Station> {
    const made = await makeStation(...station);
    await made.slot.start();
    return made;
  }

  async function startApiStation(name: string): Promise<ApiStation> {
    const port = await findFreePort();
    const limit = { ADMISSION_PENDING_OPERATIONS: String(PENDING_LIMIT) };
    const station = await startStation('api', name, { PORT: String(port), ...limit });
    return { ...station, entrance: await startFaultProxy(port) };
  }

  const [apis, workers] = await Promise.all([
    Promise.all(['api-1', 'api-2'].map(startApiStation)),
    Promise.all(['worker-1', 'worker-2'].map((name) => startStation('worker', name, {}))),
  ]);
  const earlier =
    options.before === undefined
      ? null
      : await makeStation(
          'worker',
          'worker-before',
          {},
          {
            isBuilt: false,
            root: unpackVersion(options.before, options.folder),
          },
        );
  const urls = apis.map(({ entrance }) => `http://127.0.0.1:${entrance.port}`);
  await witness.subscribe(urls[0] ?? '', `http://127.0.0.1:${hook.port}/hook`);
  return {
    ...{
      servers,
      witness,
      apis,
      workers,
      earlierWorker: earlier?.slot ?? null,
      hook,
      urls,
      secrets: [webhookKey, witness.secret(), servers.password],
    },
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
      const stations = [...apis, ...workers, ...(earlier ? [earlier] : [])];
      for (const { slot } of stations) slot.resume();
      await Promise.race([
        Promise.all(stations.map(({ slot }) => slot.stop())),
        delay(STOP_MS, undefined, { ref: false }),
      ]);
      await Promise.all(stations.map(({ slot }) => slot.kill()));
      const proxies = [...stations.flatMap(({ postgres, redis }) => [postgres, redis]), hook];
      await Promise.all([...proxies, ...apis.map(({ entrance }) => entrance)].map((proxy) => proxy.stop()));
      await witness.stop();
      await servers.stop();
    },
  };
}

const STOP_MS = 15_000;
/** After so few failures a webhook is tried again as soon as that. */
const FEW_FAILURES = 4;
const SOON = '20 minutes';
