import { useSearch } from 'wouter';
import { Link } from 'wouter';
import type { Delivery, WebhookEndpoint } from '../api/resources.ts';
import { useResource } from '../api/use-resource.ts';
import { DELIVERY_STATUSES, EVENT_TYPES } from '../api/words.ts';
import { showCode, showCount } from '../format/words.ts';
import { Badge } from '../parts/badge.tsx';
import { CopyId } from '../parts/copy-id.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { Facts } from '../parts/facts.tsx';
import { Filters } from '../parts/filters.tsx';
import { Due, Moment } from '../parts/moment.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import { ResourcePage } from '../parts/resource-page.tsx';
import { Section } from '../parts/section.tsx';
import type { Column } from '../parts/table.tsx';
import { readQuery } from '../url/query.ts';
import { EndpointActions } from './endpoint-actions.tsx';
import { EndpointState } from '../parts/endpoint-state.tsx';
import { ReplayButton } from './replay-button.tsx';

const FILTERS = [
  { name: 'status', label: 'Status', options: DELIVERY_STATUSES },
  { name: 'event_type', label: 'Event', options: EVENT_TYPES },
] as const;

export function EndpointPage({ id }: { id: string }) {
  const resource = useResource('/webhook-endpoints/{id}', { params: { id } });
  return (
    <ResourcePage
      title="Webhook endpoint"
      lead={<CopyId id={id} />}
      resource={resource}
      actions={(endpoint) => <EndpointActions endpoint={endpoint} />}
    >
      {(endpoint) => (
        <>
          <p className="summary" role="status">
            <EndpointState endpoint={endpoint} /> <span className="url">{endpoint.url}</span>
          </p>
          <WhyNothingComes endpoint={endpoint} />
          <EndpointFacts endpoint={endpoint} />
          <Section title="Deliveries">
            <Deliveries endpoint={endpoint} />
          </Section>
        </>
      )}
    </ResourcePage>
  );
}

/** Why an endpoint receives nothing now, and what to do about it. */
function WhyNothingComes({ endpoint }: { endpoint: WebhookEndpoint }) {
  const { status, disabled_reason, paused_until, failing_since } = endpoint;
  const error = endpoint.last_error?.message;
  if (status === 'disabled') {
    const why = {
      gone: 'Its receiver answered 410 Gone.',
      failing: 'It has failed for days.',
      requested: 'It was disabled on request.',
    }[disabled_reason ?? 'requested'];
    return <p className="note note-bad">Nothing is sent. {why} Its events are kept, and sent when it is enabled.</p>;
  }
  if (failing_since === null) return null;
  return (
    <p className="note note-warn">
      Every request has failed since <Moment at={failing_since} />
      {error !== undefined && `: ${error}`}.{' '}
      {paused_until !== null && (
        <>
          The next one is made <Moment at={paused_until} ago />, or at once when you send again what failed.
        </>
      )}
    </p>
  );
}

function EndpointFacts({ endpoint }: { endpoint: WebhookEndpoint }) {
  return (
    <Facts
      facts={[
        ['Description', endpoint.description],
        ['Events', endpoint.event_types.includes('*') ? 'all' : endpoint.event_types.join(', ')],
        ['Waiting deliveries', showCount(endpoint.pending)],
        ['Rate limit', endpoint.rate_limit !== null && `${endpoint.rate_limit} requests a second`],
        ['Last success', endpoint.last_success_at && <Moment at={endpoint.last_success_at} ago />],
        ['Last error', endpoint.last_error?.message],
        ['Last failure', endpoint.last_failure_at && <Moment at={endpoint.last_failure_at} ago />],
        ['Disabled', endpoint.disabled_at && <Moment at={endpoint.disabled_at} />],
        [
          'Previous secret signs until',
          endpoint.previous_secret_expires_at && <Moment at={endpoint.previous_secret_expires_at} />,
        ],
        ['Created', <Moment key="created" at={endpoint.created_at} />],
      ]}
    />
  );
}

function Deliveries({ endpoint: { id } }: { endpoint: WebhookEndpoint }) {
  const query = readQuery(
    useSearch(),
    FILTERS.map(({ name }) => name),
  );
  const columns: readonly Column<Delivery>[] = [
    {
      title: 'Event',
      cell: ({ event_id, event_type }) => <Link href={`/webhooks/${id}/deliveries/${event_id}`}>{event_type}</Link>,
    },
    { title: 'Status', cell: ({ status }) => <Badge status={status} /> },
    { title: 'Attempts', isNumber: true, cell: ({ attempts }) => attempts },
    { title: 'Happened', cell: ({ created_at }) => <Moment at={created_at} /> },
    { title: 'Next attempt', cell: ({ next_attempt_at }) => <Due at={next_attempt_at} /> },
    {
      title: 'Action',
      cell: (delivery) => <ReplayButton endpointId={id} delivery={delivery} />,
    },
  ];
  return (
    <>
      <Filters filters={FILTERS} />
      <PagedList
        label="Deliveries"
        path="/webhook-endpoints/{id}/deliveries"
        params={{ id }}
        query={query}
        columns={columns}
        keyOf={({ event_id }) => event_id}
        empty={
          Object.keys(query).length > 0 ? (
            <EmptyState title={`No delivery matches: ${Object.values(query).map(showCode).join(', ')}.`} />
          ) : (
            <EmptyState title="Nothing has been sent to it yet.">
              <p>Send a test event with the button above.</p>
            </EmptyState>
          )
        }
      />
    </>
  );
}
