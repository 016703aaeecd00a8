import { setTimeout as delay } from 'node:timers/promises';
import type { Host } from './network.ts';
import type { PostgresPair } from './postgres-pair.ts';

/** Everything that can be cut off. */
export interface Site {
  readonly hosts: Readonly<Record<HostName, Host>>;
  readonly postgres: PostgresPair;
  queueOwner(): Promise<Host>;
}

export const HOST_NAMES = [
  ...(['api-1', 'api-2', 'worker-1', 'worker-2', 'worker-3', 'worker-4'] as const),
  ...(['redis-1', 'redis-2', 'redis-3', 'postgres-1', 'postgres-2'] as const),
];
export type HostName = (typeof HOST_NAMES)[number];

/** A host that is cut off, and the operator's actions until it is back. */
interface Cut {
  readonly name: string;
  run(site: Site): Promise<void>;
}

const AWAY_MS = 10_000;
/** After this time an operator knows that a Postgres server does not answer. */
const NOTICED_MS = 5_000;

export const CUTS: readonly Cut[] = [
  { name: 'an API', run: ({ hosts }) => away(hosts['api-1'], () => delay(AWAY_MS)) },
  { name: 'a worker', run: ({ hosts }) => away(hosts['worker-1'], () => delay(AWAY_MS)) },
  {
    name: 'the Redis host with the queue',
    run: async (site) => away(await site.queueOwner(), () => delay(AWAY_MS)),
  },
  {
    // Until an operator removes it from the synchronous standbys, nothing can be committed.
    name: 'the synchronous standby',
    async run({ hosts, postgres }) {
      const [primary, standby] = [hosts['postgres-1'], hosts['postgres-2']];
      await away(standby, async () => {
        await delay(NOTICED_MS);
        await postgres.setSynchronous(primary, false);
        await delay(AWAY_MS - NOTICED_MS);
      });
      await postgres.untilStreaming(primary);
      await postgres.setSynchronous(primary, true);
    },
  },
  {
    name: 'the primary; its standby is promoted',
    async run({ hosts, postgres }) {
      const [primary, standby] = [hosts['postgres-1'], hosts['postgres-2']];
      await away(primary, async () => {
        await delay(NOTICED_MS);
        await postgres.fence(primary);
        await postgres.promote(standby);
        await delay(AWAY_MS);
      });
      await postgres.rebuild(primary, standby);
      await postgres.setSynchronous(standby, true);
    },
  },
  { name: 'the other API', run: ({ hosts }) => away(hosts['api-2'], () => delay(AWAY_MS)) },
  {
    name: 'three of four workers',
    async run({ hosts }) {
      const cut = [hosts['worker-2'], hosts['worker-3'], hosts['worker-4']];
      for (const host of cut) host.cutOff();
      await delay(AWAY_MS);
      for (const host of cut) host.join();
    },
  },
];

async function away(host: Host, meanwhile: () => Promise<unknown>): Promise<void> {
  host.cutOff();
  await meanwhile();
  host.join();
}
