import { Link } from 'wouter';
import type { Operation } from '../api/resources.ts';
import { useResource } from '../api/use-resource.ts';
import { EndpointState } from '../parts/endpoint-state.tsx';
import { withQuery } from '../url/query.ts';

const MOST = 50;

/** The endpoints that are subscribed to the event of an operation, and whether they accept what is sent to them. */
export function OperationTold({ operation: { batch_id, status } }: { operation: Operation }) {
  const { data } = useResource('/webhook-endpoints', { query: { limit: MOST } });
  const type = `operation.${status}`;
  const subscribed = (data?.data ?? []).filter(({ event_types }) =>
    event_types.some((each) => each === type || each === '*'),
  );
  if (data === undefined) return null;
  if (subscribed.length === 0) return <>No webhook endpoint is subscribed to {type}.</>;
  return (
    <>
      {batch_id !== null &&
        'A line of a batch has an event of its own only if the batch was accepted with line_events. '}
      Endpoints that are subscribed to {type}:
      {subscribed.map((endpoint) => (
        <span key={endpoint.id} className="outcome">
          <Link href={withQuery(`/webhooks/${endpoint.id}`, { event_type: type })}>{endpoint.url}</Link>{' '}
          <EndpointState endpoint={endpoint} />
        </span>
      ))}
    </>
  );
}
