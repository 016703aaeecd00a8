import { Link } from 'wouter';
import type { Attempt } from '../api/resources.ts';
import { useResource } from '../api/use-resource.ts';
import { Badge } from '../parts/badge.tsx';
import { CopyId } from '../parts/copy-id.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { Facts } from '../parts/facts.tsx';
import { Due, Moment } from '../parts/moment.tsx';
import { ResourcePage } from '../parts/resource-page.tsx';
import { Section } from '../parts/section.tsx';
import { Table } from '../parts/table.tsx';
import { useMay } from '../session/session.ts';
import { ReplayButton } from './replay-button.tsx';

const EVERY = 2_000;

/** One delivery: an event, an endpoint, and what each attempt was answered. */
export function DeliveryPage({ endpointId, eventId }: { endpointId: string; eventId: string }) {
  const request = { params: { id: endpointId, event_id: eventId } };
  const resource = useResource('/webhook-endpoints/{id}/deliveries/{event_id}', request, { every: EVERY });
  return (
    <ResourcePage
      title="Delivery"
      lead={<CopyId id={eventId} />}
      resource={resource}
      actions={(delivery) => <ReplayButton endpointId={endpointId} delivery={delivery} />}
    >
      {(delivery) => (
        <>
          <p className="summary" role="status">
            <Badge status={delivery.status} /> <strong>{delivery.event_type}</strong>
          </p>
          <Facts
            facts={[
              [
                'Endpoint',
                <Link key="endpoint" href={`/webhooks/${endpointId}`}>
                  {endpointId}
                </Link>,
              ],
              ['Happened', <Moment key="happened" at={delivery.created_at} />],
              ['Attempts', delivery.attempts],
              ['Next attempt', delivery.next_attempt_at && <Due at={delivery.next_attempt_at} />],
              ['Completed', delivery.completed_at && <Moment at={delivery.completed_at} />],
            ]}
          />
          <Section title="Attempts and answers">
            <Attempts attempts={delivery.attempts_log} />
          </Section>
          <EventBody eventId={eventId} />
        </>
      )}
    </ResourcePage>
  );
}

function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  if (attempts.length === 0) return <EmptyState title="No attempt has been made yet." />;
  return (
    <Table
      label="Attempts"
      items={attempts}
      keyOf={({ number }) => String(number)}
      columns={[
        { title: 'Attempt', isNumber: true, cell: ({ number }) => number },
        { title: 'When', cell: ({ started_at }) => <Moment at={started_at} /> },
        { title: 'Took', isNumber: true, cell: ({ duration_ms }) => `${duration_ms} ms` },
        {
          title: 'Answer',
          cell: ({ response_status, error }) => (response_status === null ? (error ?? '–') : `HTTP ${response_status}`),
        },
        { title: 'Body', cell: ({ response_excerpt }) => <code className="cut">{response_excerpt ?? '–'}</code> },
      ]}
    />
  );
}

/** What was sent, for keys that may read the feed. */
function EventBody({ eventId }: { eventId: string }) {
  const mayRead = useMay('events:read');
  const { data } = useResource('/events/{id}', { params: { id: eventId } }, { every: false, isWanted: mayRead });
  if (data === undefined) return null;
  return (
    <Section title="The event">
      <pre tabIndex={0} role="group" aria-label="The event">
        {JSON.stringify(data, null, 2)}
      </pre>
    </Section>
  );
}
