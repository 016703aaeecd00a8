import type { WorkerMetrics } from '../metrics.ts';
import type { Sender } from './send-request.ts';

/** Counts every request to an endpoint, whatever its result. */
export function countAttempts(sender: Sender, metrics: Pick<WorkerMetrics, 'webhookSent'>): Sender {
  return {
    ...sender,
    async send(request) {
      const attempt = await sender.send(request);
      metrics.webhookSent(attempt);
      return attempt;
    },
  };
}
