import { newId } from '@wallet/shared/words/ids';
import { Queue } from 'bullmq';
import { bodySchema, walletSchema } from './apply-operation.ts';
import { type OperationJob, QUEUES, connection, prefix, queueOf } from './job-queues.ts';
import { createApp, serve } from './serve.ts';

/**
 * The API of the textbook design: one BullMQ job per operation, in the queue of the wallet's partition. The 202 comes
 * when Redis has the job. If Redis loses it, it is lost: Postgres knows nothing of the operation until a worker has
 * applied it.
 */
const queues = new Map(QUEUES.map((name) => [name, new Queue<OperationJob>(name, { connection, prefix })]));
const app = createApp();
app.post('/wallets/:id/operation', async (request, response) => {
  const body = bodySchema.safeParse(request.body);
  const walletId = walletSchema.safeParse(request.params.id);
  if (!body.success || !walletId.success) {
    response.status(422).json({ error: 'invalid_request' });
    return;
  }
  const operation = { ...body.data, id: newId(), walletId: walletId.data };
  await queues
    .get(queueOf(operation.walletId))
    ?.add(
      'apply',
      { operation },
      { attempts: 5, backoff: { type: 'exponential', delay: 1_000 }, removeOnComplete: true, removeOnFail: false },
    );
  response.status(202).json({ ...operation, status: 'pending' });
});
serve(app, () => Promise.all([...queues.values()].map((queue) => queue.close())));
