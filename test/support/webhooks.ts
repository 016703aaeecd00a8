import request from 'supertest';
import { type Received, type Receiver, startReceiver } from './receiver.ts';
import type { Service } from './service.ts';

/** An endpoint with its receiver. */
export interface Told {
  readonly receiver: Receiver;
  readonly id: string;
  readonly secret: string;
}

export interface Payload {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Record<string, unknown>;
}

export const payloadOf = ({ body }: Received): Payload => JSON.parse(body) as Payload;
export const sequenceOf = ({ data }: Payload): number => Number(data['sequence']);

/** The operations of webhook tests on a service. */
export function createSubscriptions(service: Service) {
  const receivers: Receiver[] = [];

  async function deliveriesOf(endpoint: string): Promise<Record<string, unknown>[]> {
    const { body } = await request(service.url).get(`/webhook-endpoints/${endpoint}/deliveries`).expect(200);
    return body.data as Record<string, unknown>[];
  }

  return {
    async subscribe(more: Record<string, unknown> = {}): Promise<Told> {
      const receiver = await startReceiver();
      receivers.push(receiver);
      const { body } = await request(service.url)
        .post('/webhook-endpoints')
        .send({ url: receiver.url, ...more })
        .expect(201);
      return { receiver, id: body.id as string, secret: body.secret as string };
    },

    deliveriesOf,

    /** Resolves when the newest delivery of an endpoint has been attempted this many times. */
    async untilAttempts(endpoint: string, attempts: number): Promise<void> {
      const deadline = Date.now() + 10_000;
      while ((await deliveriesOf(endpoint))[0]?.['attempts'] !== attempts) {
        if (Date.now() > deadline) throw new Error(`there were not ${attempts} attempts`);
      }
    },

    /** Makes deliveries that wait for another attempt, or for the end of a lease, due now. */
    async makeDue(): Promise<void> {
      await service.database.query(`UPDATE webhook_endpoint_states SET paused_until = NULL`);
      await service.database.query(`UPDATE deliveries SET next_attempt_at = now() WHERE status = 'pending'`);
      await service.database.query('UPDATE delivery_leases SET leased_until = now()');
    },

    /** Nothing more is sent to it. */
    async end(): Promise<void> {
      await service.database.query(`UPDATE webhook_endpoints SET deleted_at = now() WHERE deleted_at IS NULL`);
      await Promise.all(receivers.splice(0).map((receiver) => receiver.stop()));
    },
  };
}
