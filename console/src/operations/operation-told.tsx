import { Link } from 'wouter';
import type { Operation } from '../api/resources.ts';

/** Who was told how it ended. */
export function OperationTold({ operation: { batch_id } }: { operation: Operation }) {
  return (
    <>
      {batch_id === null
        ? 'Its event goes to the webhook endpoints that are subscribed to it.'
        : 'Its batch tells of it when it is completed; it has an event of its own only if the batch asked for that.'}{' '}
      <Link href="/webhooks">Webhook endpoints</Link>
    </>
  );
}
