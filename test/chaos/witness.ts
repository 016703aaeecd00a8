import { createHmac } from 'node:crypto';
import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { send } from './load/send.ts';

/** What arrived at the receiver of webhooks, every time it did. */
export interface Told {
  readonly id: string;
  readonly body: string;
  readonly at: number;
  readonly isSigned: boolean;
}

/** How it answers. `hang`: not before it changes its mind. */
export type Manner = 'take' | 'fail' | 'hang' | 'slow';

/** A receiver of webhooks that remembers everything. */
export interface Witness {
  readonly port: number;
  readonly told: readonly Told[];
  secret(): string;
  /** How many different events it knows. */
  count(): number;
  behave(manner: Manner): void;
  /** The next request gets its answer after `act`. @returns what takes that back, and says whether it was in time. */
  onNext(act: () => Promise<void>): () => boolean;
  /** Makes an endpoint of this receiver, which is reached at `url`. */
  subscribe(api: string, url: string): Promise<void>;
  stop(): Promise<void>;
}

const SLOW_MS = 1_500;

export async function startWitness(): Promise<Witness> {
  const told: Told[] = [];
  const ids = new Set<string>();
  const hanging = new Set<ServerResponse>();
  let manner: Manner = 'take';
  let next: (() => Promise<void>) | null = null;
  let secret = '';

  function answer(response: ServerResponse): void {
    if (manner === 'hang') hanging.add(response);
    else if (manner === 'slow') setTimeout(() => response.writeHead(204).end(), SLOW_MS);
    else response.writeHead(manner === 'fail' ? 500 : 204).end();
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const id = String(request.headers['webhook-id']);
      const signed = `${id}.${String(request.headers['webhook-timestamp'])}.${body}`;
      const signature = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64')).update(signed);
      const isSigned = request.headers['webhook-signature'] === `v1,${signature.digest('base64')}`;
      told.push({ id, body, at: performance.now(), isSigned });
      ids.add(id);
      const act = next;
      next = null;
      if (act === null) answer(response);
      else void act().finally(() => answer(response));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    told,
    secret: () => secret,
    count: () => ids.size,
    behave(changed) {
      manner = changed;
      if (changed === 'hang') return;
      for (const response of hanging) answer(response);
      hanging.clear();
    },
    onNext(act) {
      next = act;
      return () => {
        const isInTime = next === act;
        if (isInTime) next = null;
        return isInTime;
      };
    },
    async subscribe(api, url) {
      const made = await send({ method: 'POST', url: `${api}/webhook-endpoints`, body: { url } });
      if (made.status !== 201) throw new Error(`no endpoint was made: ${made.status} ${JSON.stringify(made.body)}`);
      secret = String(made.body['secret']);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
