import { useSearch } from 'wouter';
import type { Wallet } from '../api/resources.ts';
import { WALLET_STATUSES } from '../api/words.ts';
import { showAmount } from '../format/money.ts';
import { Badge } from '../parts/badge.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { Filters } from '../parts/filters.tsx';
import { WalletLink } from '../parts/links.tsx';
import { Moment } from '../parts/moment.tsx';
import { PageFrame } from '../parts/page.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import type { Column } from '../parts/table.tsx';
import { readQuery } from '../url/query.ts';

const FILTERS = [
  { name: 'status', label: 'Status', options: WALLET_STATUSES },
  { name: 'asset', label: 'Asset' },
  { name: 'client_id', label: 'Client' },
] as const;

const COLUMNS: readonly Column<Wallet>[] = [
  { title: 'Wallet', cell: ({ id }) => <WalletLink id={id} isWhole /> },
  { title: 'Status', cell: ({ status }) => <Badge status={status} /> },
  { title: 'Balance', isNumber: true, cell: ({ balance, asset }) => `${showAmount(balance)} ${asset}` },
  { title: 'Held', isNumber: true, isExtra: true, cell: ({ held }) => showAmount(held) },
  { title: 'Waiting', isNumber: true, isExtra: true, cell: ({ pending_operations: count }) => count },
  { title: 'Changed', isExtra: true, cell: ({ updated_at }) => <Moment at={updated_at} /> },
];

export function WalletsPage() {
  const query = readQuery(
    useSearch(),
    FILTERS.map(({ name }) => name),
  );
  const isFiltered = Object.keys(query).length > 0;
  return (
    <PageFrame title="Wallets">
      <Filters filters={FILTERS} />
      <PagedList
        label="Wallets"
        path="/wallets"
        query={query}
        columns={COLUMNS}
        keyOf={({ id }) => id}
        empty={
          isFiltered ? (
            <EmptyState title="No wallet matches these filters.">
              <p>Clear a filter, or search above for the login of a client.</p>
            </EmptyState>
          ) : (
            <EmptyState title="There are no wallets yet.">
              <p>
                Create one with <code>POST /clients</code> or <code>POST /wallets</code> (see{' '}
                <a href="../docs">the API</a>).
              </p>
            </EmptyState>
          )
        }
      />
    </PageFrame>
  );
}
