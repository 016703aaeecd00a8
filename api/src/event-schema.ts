import type { EventType } from '@wallet/shared/words/event';
import { z } from 'zod';
import { batchSchema } from './batches/batch-schemas.ts';
import { id, time } from './http/fields.ts';
import { failedOperationSchema, succeededOperationSchema } from './operations/operation-schema.ts';
import { walletSchema } from './wallets/wallet-schemas.ts';

/** Events as they are sent, and as the feed returns them: a union by `type`. */

const place = z
  .strictObject({
    sequence: z
      .int()
      .meta({ description: 'Of two events of one wallet, the one with the higher number happened later.' }),
  })
  .meta({ id: 'EventPlace', description: 'Fields that the data of every event has in addition.' });

function payload<Type extends EventType>(name: string, types: readonly [Type, ...Type[]], data: z.ZodType) {
  return z
    .strictObject({ type: z.enum(types), timestamp: time, data: z.intersection(data, place) })
    .meta({ id: `${name}Payload` });
}

const eventPayload = z
  .discriminatedUnion('type', [
    payload('OperationSucceeded', ['operation.succeeded'], succeededOperationSchema),
    payload('OperationFailed', ['operation.failed'], failedOperationSchema),
    payload('Batch', ['batch.completed'], batchSchema),
    payload('Wallet', ['wallet.activated', 'wallet.frozen', 'wallet.closed'], walletSchema),
    payload(
      'EndpointDisabled',
      ['webhook_endpoint.disabled'],
      z.strictObject({ endpoint_id: id, url: z.string(), reason: z.enum(['gone', 'failing']) }),
    ),
    payload('EndpointTest', ['webhook_endpoint.test'], z.strictObject({ endpoint_id: id, message: z.string() })),
  ])
  .meta({
    id: 'EventPayload',
    description:
      'An event as it is sent to webhook endpoints; its `type` says what `data` holds. Types are added over time: ' +
      'ignore those that you do not know.',
  });

export const eventSchema = z
  .intersection(eventPayload, z.strictObject({ id }))
  .meta({ id: 'Event', description: 'An event as it is sent, with its id.' });
