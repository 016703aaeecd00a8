import { Queue, UnrecoverableError, Worker } from 'bullmq';
import { applyOperation, createPool } from './apply-operation.ts';
import { type OperationJob, QUEUES, connection, prefix } from './job-queues.ts';
import { stopWhenAsked } from './serve.ts';

/**
 * The worker of the textbook design: one job of a queue at a time, over all workers (`setGlobalConcurrency`), so that a
 * wallet's operations are applied in order; each in its own transaction.
 */
const pool = createPool(process.env['DATABASE_URL'], QUEUES.length);
const workers = await Promise.all(
  QUEUES.map(async (name) => {
    const queue = new Queue(name, { connection, prefix });
    await queue.setGlobalConcurrency(1);
    await queue.close();
    const worker = new Worker<OperationJob>(
      name,
      async (job) => {
        const answer = await applyOperation(pool, job.data.operation);
        if (typeof answer === 'string') throw new UnrecoverableError(answer);
      },
      { connection, prefix, concurrency: 1 },
    );
    worker.on('error', (error) => process.stderr.write(`${error.message}\n`));
    await worker.waitUntilReady();
    return worker;
  }),
);
process.send?.('ready');
stopWhenAsked(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  await pool.end();
});
