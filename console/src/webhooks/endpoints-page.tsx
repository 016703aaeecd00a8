import { Link } from 'wouter';
import type { WebhookEndpoint } from '../api/resources.ts';
import { showCount } from '../format/words.ts';
import { ActionButton } from '../parts/action-button.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { Moment } from '../parts/moment.tsx';
import { PageFrame } from '../parts/page.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import type { Column } from '../parts/table.tsx';
import { EndpointState } from '../parts/endpoint-state.tsx';
import { NewEndpointDialog } from './new-endpoint-dialog.tsx';

const COLUMNS: readonly Column<WebhookEndpoint>[] = [
  { title: 'Endpoint', cell: ({ id, url }) => <Link href={`/webhooks/${id}`}>{url}</Link> },
  { title: 'State', cell: (endpoint) => <EndpointState endpoint={endpoint} /> },
  { title: 'Waiting', isNumber: true, cell: ({ pending }) => showCount(pending) },
  { title: 'Last success', cell: ({ last_success_at }) => <Moment at={last_success_at} ago /> },
  { title: 'Last error', cell: ({ last_error }) => <span className="cut">{last_error?.message ?? '–'}</span> },
  {
    title: 'Events',
    isExtra: true,
    cell: ({ event_types }) => (event_types.includes('*') ? 'all' : event_types.join(', ')),
  },
];

export function EndpointsPage() {
  return (
    <PageFrame
      title="Webhooks"
      actions={<ActionButton label="New endpoint" isMain render={(close) => <NewEndpointDialog onClose={close} />} />}
    >
      <PagedList
        label="Webhook endpoints"
        path="/webhook-endpoints"
        columns={COLUMNS}
        keyOf={({ id }) => id}
        empty={
          <EmptyState title="There are no webhook endpoints yet.">
            <p>
              Create one: an event for each operation that completes is then posted to its URL, signed, and retried
              until it is accepted.
            </p>
          </EmptyState>
        }
      />
    </PageFrame>
  );
}
