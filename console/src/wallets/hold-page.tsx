import type { Hold } from '../api/resources.ts';
import { useResource } from '../api/use-resource.ts';
import { isZero, showAmount } from '../format/money.ts';
import { Badge } from '../parts/badge.tsx';
import { CopyId } from '../parts/copy-id.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { Facts } from '../parts/facts.tsx';
import { OperationLink, WalletLink } from '../parts/links.tsx';
import { Moment } from '../parts/moment.tsx';
import { OPERATION_COLUMNS } from '../parts/operation-columns.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import { ResourcePage } from '../parts/resource-page.tsx';
import { Section } from '../parts/section.tsx';
import { useMay } from '../session/session.ts';
import { HoldActions } from './hold-actions.tsx';

const EVERY = 2_000;

export function HoldPage({ id }: { id: string }) {
  const every = (hold?: Hold) => (hold?.status === 'closed' || hold?.status === 'failed' ? false : EVERY);
  const resource = useResource('/holds/{id}', { params: { id } }, { every });
  const mayReadOperations = useMay('operations:read');
  return (
    <ResourcePage
      title="Hold"
      lead={<CopyId id={id} />}
      resource={resource}
      actions={(hold) => <HoldActions hold={hold} />}
    >
      {(hold) => (
        <>
          <p className="summary" role="status">
            <Badge status={hold.status} /> <span className="figure">{showAmount(hold.remaining)}</span> {hold.asset}{' '}
            remains of {showAmount(hold.amount)}
          </p>
          <HoldFacts hold={hold} />
          {mayReadOperations && (
            <Section title="Captures and releases">
              <HoldOperations hold={hold} />
            </Section>
          )}
        </>
      )}
    </ResourcePage>
  );
}

function HoldFacts({ hold }: { hold: Hold }) {
  const mayReadOperations = useMay('operations:read');
  const amount = (value: string): string => (isZero(value) ? 'nothing' : `${showAmount(value)} ${hold.asset}`);
  return (
    <Facts
      facts={[
        ['Wallet', <WalletLink key="wallet" id={hold.wallet_id} isWhole />],
        ['Captured', amount(hold.captured)],
        ['Released', amount(hold.released)],
        ['Expires', hold.expires_at === null ? 'never' : <Moment at={hold.expires_at} />],
        ['Created', <Moment key="created" at={hold.created_at} />],
        ['Operation', mayReadOperations && <OperationLink id={hold.id} isWhole />],
      ]}
    />
  );
}

function HoldOperations({ hold }: { hold: Hold }) {
  const mayWrite = useMay('operations:write');
  return (
    <PagedList
      label="Captures and releases"
      path="/operations"
      query={{ hold_id: hold.id }}
      columns={OPERATION_COLUMNS}
      keyOf={({ id }) => id}
      empty={
        <EmptyState title="Nothing has been captured or released yet.">
          {hold.status === 'open' && mayWrite && <p>Capture or release it with the buttons above.</p>}
        </EmptyState>
      }
    />
  );
}
