import { Link } from 'wouter';
import type { Operation } from '../api/resources.ts';
import { OFTEN, useResource } from '../api/use-resource.ts';
import { isZero, showAmount } from '../format/money.ts';
import { showCode } from '../format/words.ts';
import { Badge } from '../parts/badge.tsx';
import { CopyId } from '../parts/copy-id.tsx';
import { Facts } from '../parts/facts.tsx';
import { BatchLink, HoldLink, OperationLink, WalletLink } from '../parts/links.tsx';
import { Moment } from '../parts/moment.tsx';
import { ResourcePage } from '../parts/resource-page.tsx';
import { Section } from '../parts/section.tsx';
import { useMay } from '../session/session.ts';
import { OperationActions } from './operation-actions.tsx';
import { OperationLegs } from './operation-legs.tsx';
import { OperationTimeline } from './operation-timeline.tsx';

/** What has ended changes no more, except that it can be reversed. */
const RARELY = 15_000;

export function OperationPage({ id }: { id: string }) {
  const request = { params: { id } };
  const every = (operation?: Operation) => (operation?.completed_at == null ? OFTEN : RARELY);
  const resource = useResource('/operations/{id}', request, { every });
  return (
    <ResourcePage
      title="Operation"
      lead={<CopyId id={id} />}
      resource={resource}
      actions={(operation) => <OperationActions operation={operation} />}
    >
      {(operation) => (
        <>
          <p className="summary" role="status">
            <Badge status={operation.status} /> <strong>{showCode(operation.type)}</strong>{' '}
            {operation.amount !== null && `${showAmount(operation.amount)} ${operation.asset}`}
          </p>
          <Section title="Timeline">
            <OperationTimeline operation={operation} />
          </Section>
          <Section title="Details">
            <OperationFacts operation={operation} />
          </Section>
          {operation.type === 'posting' && (
            <Section title="Legs">
              <OperationLegs legs={operation.legs} />
            </Section>
          )}
        </>
      )}
    </ResourcePage>
  );
}

function OperationFacts({ operation }: { operation: Operation }) {
  const { wallet_id, from_wallet_id, to_wallet_id, to_account, hold_id, batch_id, reversal_of } = operation;
  const { reversed_amount, expires_at, metadata } = operation;
  const isReversed = operation.reversed === true || (reversed_amount != null && !isZero(reversed_amount));
  return (
    <Facts
      facts={[
        ['Wallet', wallet_id && <WalletLink id={wallet_id} isWhole />],
        ['From wallet', from_wallet_id && <WalletLink id={from_wallet_id} isWhole />],
        ['To wallet', to_wallet_id && <WalletLink id={to_wallet_id} isWhole />],
        ['To house account', to_account],
        ['Batch', batch_id && <BatchLink id={batch_id} isWhole />],
        ['Hold', hold_id && <LinkOfHold id={hold_id} />],
        ['Expires', expires_at && <Moment at={expires_at} />],
        ['Captures and releases', operation.type === 'hold' && <LinkToCaptures id={operation.id} />],
        ['Reverses', reversal_of && <OperationLink id={reversal_of} isWhole />],
        [
          'Reversed',
          isReversed && (
            <>
              {reversed_amount != null && `${showAmount(reversed_amount)} ${operation.asset}, `}
              <Link href={`/operations?reversal_of=${operation.id}`}>show the reversals</Link>
            </>
          ),
        ],
        ['Reason', operation.reason],
        ['Priority', operation.priority],
        ['Description', operation.description],
        ['Reference', operation.reference_id],
        ['Idempotency key', operation.idempotency_key],
        ['Metadata', metadata && <code>{JSON.stringify(metadata)}</code>],
      ]}
    />
  );
}

/** A hold is a part of its wallet: a key that may not read wallets reads the operation that made it. */
function LinkOfHold({ id }: { id: string }) {
  const mayReadWallets = useMay('wallets:read');
  return mayReadWallets ? <HoldLink id={id} isWhole /> : <OperationLink id={id} isWhole />;
}

function LinkToCaptures({ id }: { id: string }) {
  const mayReadWallets = useMay('wallets:read');
  return mayReadWallets ? (
    <Link href={`/holds/${id}`}>What remains of the hold</Link>
  ) : (
    <Link href={`/operations?hold_id=${id}`}>Show</Link>
  );
}
