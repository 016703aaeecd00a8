import type { ReactNode } from 'react';
import type { Operation } from '../api/resources.ts';
import { showAmount } from '../format/money.ts';
import { showBetween } from '../format/time.ts';
import { showCode } from '../format/words.ts';
import { Moment } from '../parts/moment.tsx';
import { useNow } from '../parts/use-now.ts';
import { tellWaiting } from '../parts/waiting-reason.ts';
import { useMay } from '../session/session.ts';
import { OperationTold } from './operation-told.tsx';

/** An operation from its acceptance to the delivery of its event. */
export function OperationTimeline({ operation }: { operation: Operation }) {
  const mayTell = useMay('webhooks:admin');
  const { created_at, execute_at, completed_at, batch_id } = operation;
  return (
    <ol className="timeline">
      <Step state="done" title="Accepted" at={created_at}>
        {batch_id === null ? 'On its own' : 'As a line of a batch'}, with {operation.priority} priority.
      </Step>
      {execute_at !== undefined && (
        <Step state={operation.status === 'scheduled' ? 'now' : 'done'} title="Scheduled" at={execute_at}>
          Until then it has no place in the order of its wallet.
        </Step>
      )}
      {operation.status !== 'scheduled' && <WaitedStep operation={operation} />}
      <EndStep operation={operation} />
      {mayTell && completed_at !== null && (
        <Step state="done" title="Webhooks" at={null}>
          <OperationTold operation={operation} />
        </Step>
      )}
    </ol>
  );
}

function WaitedStep({ operation }: { operation: Operation }) {
  const now = useNow();
  const { created_at, execute_at, completed_at } = operation;
  const since = execute_at ?? created_at;
  if (completed_at !== null) {
    return <Step state="done" title={`Waited ${showBetween(since, completed_at)}`} at={null} />;
  }
  const reasons = tellWaiting(operation, now);
  return (
    <Step state="now" title={`Waiting for ${showBetween(since, new Date(now).toISOString())}`} at={null}>
      {reasons.length === 0 ? 'It is applied when it is its turn.' : reasons.join(' ')}
    </Step>
  );
}

function EndStep({ operation: { status, completed_at, error, result, asset } }: { operation: Operation }) {
  if (completed_at === null) return <Step state="later" title="Applied" at={null} />;
  if (status === 'failed') {
    return (
      <Step state="bad" title="Failed" at={completed_at}>
        <code>{error?.code}</code> {error?.message} Nothing was moved.
      </Step>
    );
  }
  const facts: Readonly<Record<string, string | number | null | undefined>> = result ?? {};
  const balances = Object.entries(facts).filter(([name]) => name.endsWith('balance'));
  return (
    <Step state="good" title="Applied" at={completed_at}>
      {balances.map(([name, value]) => (
        <span key={name} className="outcome">
          {showCode(name)} {showAmount(String(value))} {asset}
          {facts[name.replace('balance', 'version')] !== undefined &&
            ` (version ${facts[name.replace('balance', 'version')]})`}
        </span>
      ))}
    </Step>
  );
}

function Step({
  state,
  title,
  at,
  children,
}: {
  state: 'done' | 'now' | 'later' | 'good' | 'bad';
  title: string;
  at: string | null;
  children?: ReactNode;
}) {
  return (
    <li className={`step step-${state}`} aria-current={state === 'now' ? 'step' : undefined}>
      <p>
        <strong>{title}</strong> {at !== null && <Moment at={at} />}
      </p>
      {children !== undefined && <p className="quiet">{children}</p>}
    </li>
  );
}
