import { Link } from 'wouter';
import type { Wallet } from '../api/resources.ts';
import { useResource } from '../api/use-resource.ts';
import { isZero, showAmount } from '../format/money.ts';
import { showCount } from '../format/words.ts';
import { Badge } from '../parts/badge.tsx';
import { CopyId } from '../parts/copy-id.tsx';
import { Facts } from '../parts/facts.tsx';
import { Moment } from '../parts/moment.tsx';
import { ResourcePage } from '../parts/resource-page.tsx';
import { Section } from '../parts/section.tsx';
import { useMay } from '../session/session.ts';
import { BalancePlot } from './balance-plot.tsx';
import { StatementForm } from './statement-form.tsx';
import { WalletActions } from './wallet-actions.tsx';
import { WalletHistory } from './wallet-history.tsx';
import { WalletHolds } from './wallet-holds.tsx';

/** A page of history is one request. */
const PLOTTED = 200;
const EVERY = 2_000;

export function WalletPage({ id }: { id: string }) {
  const params = { id };
  const resource = useResource('/wallets/{id}', { params }, { every: EVERY });
  const version = resource.data?.version;
  // Asked again when the wallet has changed: its version says so.
  const recent = useResource(
    '/wallets/{id}/transactions',
    { params, query: { limit: PLOTTED } },
    { every: false, isWanted: version !== undefined, mark: version ?? 0 },
  );
  return (
    <ResourcePage
      title="Wallet"
      lead={<CopyId id={id} />}
      resource={resource}
      actions={(wallet) => <WalletActions wallet={wallet} />}
    >
      {(wallet) => (
        <>
          <p className="summary" role="status">
            <Badge status={wallet.status} /> <span className="figure">{showAmount(wallet.balance)}</span> {wallet.asset}
          </p>
          <WalletFacts wallet={wallet} />
          <Section title="Balance over time">
            <BalancePlot lines={recent.data?.data ?? []} asset={wallet.asset} />
          </Section>
          <Section title="History" actions={<StatementForm wallet={wallet} />}>
            <WalletHistory wallet={wallet} />
          </Section>
          <Section title="Holds">
            <WalletHolds wallet={wallet} />
          </Section>
        </>
      )}
    </ResourcePage>
  );
}

function WalletFacts({ wallet }: { wallet: Wallet }) {
  const mayReadOperations = useMay('operations:read');
  const waiting = wallet.pending_operations;
  return (
    <Facts
      facts={[
        ['Available', `${showAmount(wallet.available)} ${wallet.asset}`],
        ['Held', isZero(wallet.held) ? 'nothing' : `${showAmount(wallet.held)} ${wallet.asset}`],
        ['Credit limit', isZero(wallet.credit_limit) ? 'none' : `${showAmount(wallet.credit_limit)} ${wallet.asset}`],
        [
          'Waiting',
          mayReadOperations && waiting > 0 ? (
            <Link href={`/operations?wallet_id=${wallet.id}&status=pending`}>{showCount(waiting)}</Link>
          ) : (
            showCount(waiting)
          ),
        ],
        ['Version', showCount(wallet.version)],
        [
          'Client',
          wallet.client_id && (
            <Link href={`/wallets?client_id=${wallet.client_id}`} className="id">
              {wallet.client_id}
            </Link>
          ),
        ],
        ['Created', <Moment key="created" at={wallet.created_at} />],
        ['Changed', <Moment key="changed" at={wallet.updated_at} />],
        [
          'Operations',
          mayReadOperations && <Link href={`/operations?wallet_id=${wallet.id}`}>All of this wallet</Link>,
        ],
      ]}
    />
  );
}
