import type { HistoryLine } from '../api/resources.ts';
import { showAmount } from '../format/money.ts';
import { showMoment } from '../format/time.ts';
import { showNumberOf } from '../format/words.ts';
import { EmptyState } from '../parts/empty-state.tsx';
import { Plot } from '../parts/plot.tsx';
import { useNow } from '../parts/use-now.ts';

const HOUR_MS = 3_600_000;

/** How a balance came to be what it is: the last movements of a wallet, given newest first. */
export function BalancePlot({ lines, asset }: { lines: readonly HistoryLine[]; asset: string }) {
  const now = useNow(HOUR_MS);
  const [last] = lines;
  const first = lines.at(-1);
  if (last === undefined || first === undefined || lines.length < 2) {
    return <EmptyState title="The plot appears after the second movement." />;
  }
  const inOrder = lines.toReversed();
  const summary =
    `The last ${showNumberOf(lines.length, 'movement')}, from ${showAmount(first.balance_after)} on ` +
    `${showMoment(first.created_at, now)} to ${showAmount(last.balance_after)} ${asset}.`;
  return (
    <Plot
      title="Balance"
      unit={`${asset}, the last ${showNumberOf(lines.length, 'movement')}`}
      summary={summary}
      times={inOrder.map(({ created_at }) => Date.parse(created_at) / 1_000)}
      series={[
        {
          label: 'balance',
          color: '--plot-1',
          values: inOrder.map(({ balance_after }) => Number(balance_after)),
          isFilled: true,
          isStepped: true,
        },
      ]}
    />
  );
}
