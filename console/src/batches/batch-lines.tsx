import { useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { Batch, BatchLine } from '../api/resources.ts';
import { showAmount } from '../format/money.ts';
import { showCode, showCount } from '../format/words.ts';
import { Badge } from '../parts/badge.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { OperationLink, WalletLink } from '../parts/links.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Section } from '../parts/section.tsx';
import type { Column } from '../parts/table.tsx';
import { useSession } from '../session/session.ts';
import { changeQuery } from '../url/query.ts';

const COLUMNS: readonly Column<BatchLine>[] = [
  { title: 'Line', isNumber: true, cell: ({ line }) => showCount(line) },
  { title: 'Operation', cell: ({ id }) => <OperationLink id={id} /> },
  { title: 'Type', cell: ({ type }) => showCode(type) },
  { title: 'Status', cell: ({ status }) => <Badge status={status} /> },
  {
    title: 'Amount',
    isNumber: true,
    cell: ({ amount, asset }) => (amount === null ? '–' : `${showAmount(amount)} ${asset}`),
  },
  {
    title: 'Why',
    cell: ({ error }) => (error === null ? '–' : <span title={error.message}>{showCode(error.code)}</span>),
  },
  {
    title: 'Wallet',
    isExtra: true,
    cell: ({ wallet_id, from_wallet_id }) => {
      const id = wallet_id ?? from_wallet_id;
      return id === undefined ? '–' : <WalletLink id={id} />;
    },
  },
];

/** Which lines a batch's page shows, by the status in its URL: those that failed, if any has. */
const CHOICES = ['failed', 'succeeded', 'pending', 'all'] as const;

export function BatchLines({ batch }: { batch: Batch }) {
  const [location, navigate] = useLocation();
  const search = useSearch();
  const asked = new URLSearchParams(search).get('lines');
  const chosen = CHOICES.find((each) => each === asked) ?? (batch.failed > 0 ? 'failed' : 'all');
  const status = chosen === 'all' ? null : chosen;
  const countOf = { failed: batch.failed, succeeded: batch.succeeded, pending: batch.pending, all: batch.total };
  return (
    <Section title="Lines" actions={<Download batch={batch} status={status} />}>
      <div className="choices" role="group" aria-label="Lines by status">
        {CHOICES.map((each) => (
          <button
            key={each}
            type="button"
            className="button"
            aria-pressed={each === chosen}
            onClick={() => navigate(`${location}?${changeQuery(search, { lines: each })}`, { replace: true })}
          >
            {each} ({showCount(countOf[each])})
          </button>
        ))}
      </div>
      <PagedList
        label="Lines"
        path="/batches/{id}/operations"
        params={{ id: batch.id }}
        query={{ status }}
        columns={COLUMNS}
        keyOf={({ id }) => id}
        empty={<EmptyState title={chosen === 'all' ? 'The batch has no lines of its own.' : `No line is ${chosen}.`} />}
      />
    </Section>
  );
}

function Download({ batch, status }: { batch: Batch; status: string | null }) {
  const { api } = useSession();
  const [problem, setProblem] = useState<Error | null>(null);
  const name = `batch-${batch.id}-${status ?? 'all'}.csv`;
  // It is opened in a spreadsheet: what would be computed there is not.
  const request = { params: { id: batch.id }, query: { status, formulas: 'escape' } };
  return (
    <>
      <button
        type="button"
        className="button"
        onClick={() => {
          setProblem(null);
          api.saveCsv('/batches/{id}/operations', request, name).catch((error: unknown) => setProblem(error as Error));
        }}
      >
        Download {status ?? 'all'} lines as CSV
      </button>
      {problem !== null && <ProblemNote problem={problem} />}
    </>
  );
}
