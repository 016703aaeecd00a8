import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Status } from '../api/resources.ts';
import { showSeconds } from '../format/time.ts';
import { showCount, showNumberOf, showRate } from '../format/words.ts';
import { Moment } from '../parts/moment.tsx';
import { Section } from '../parts/section.tsx';
import { LastHour } from './last-hour.tsx';
import { Partitions, Workers } from './status-tables.tsx';
import { Verdict } from './verdict.tsx';
import { workerState } from './worker-state.ts';

export function StatusOverview({ status }: { status: Status }) {
  const { workers, at, pending } = status;
  const lacksWorkers = workers.every((worker) => workerState(worker, at) === 'gone');
  const waiting = pending.operations + pending.batch_lines;
  return (
    <>
      <Verdict status={status.status} reasons={status.reasons} {...{ lacksWorkers, waiting }} />
      <Tiles status={status} />
      <Section title="The last hour">
        <LastHour minutes={status.last_hour} />
      </Section>
      <Section title="Workers">
        <Workers workers={workers} at={at} />
      </Section>
      <Section title="Partitions with a backlog">
        <Partitions partitions={status.partitions} />
      </Section>
    </>
  );
}

function Tiles({ status: { rates, pending, batches, webhooks, last_audit, at, version } }: { status: Status }) {
  const waiting = pending.operations + pending.batch_lines;
  const underway = batches.accepted + batches.applying + batches.cancelling;
  return (
    <div className="tiles">
      <Tile title="Accepted" value={`${showRate(rates.accepted_per_second)}/s`}>
        In the last minute
      </Tile>
      <Tile title="Applied" value={`${showRate(rates.applied_per_second)}/s`}>
        {showRate(rates.failed_per_second)}/s failed
      </Tile>
      <Tile title="Lag" value={waiting === 0 ? 'none' : showSeconds(pending.oldest_age_seconds)}>
        Age of the oldest pending operation
      </Tile>
      <Tile title="Waiting" value={showCount(waiting)}>
        <Link href="/operations?status=pending">{showNumberOf(pending.operations, 'operation')}</Link>,{' '}
        {showNumberOf(pending.batch_lines, 'line')} of batches
      </Tile>
      <Tile title="Batches under way" value={showCount(underway)}>
        <Link href="/batches">All batches</Link>
      </Tile>
      <Tile title="Webhook backlog" value={showCount(webhooks.pending_deliveries)}>
        {showNumberOf(webhooks.endpoints, 'endpoint')}, {showCount(webhooks.paused)} paused
        {webhooks.pending_deliveries > 0 && `; the oldest waits ${showSeconds(webhooks.oldest_age_seconds)}`}
      </Tile>
      <Tile title="Violations in the last audit" value={last_audit === null ? '–' : showCount(last_audit.violations)}>
        {last_audit === null ? (
          <>
            Run <code>npm run audit</code>
          </>
        ) : (
          <Moment at={last_audit.finished_at} ago />
        )}
      </Tile>
      <Tile title="As of" value={<Moment at={at} ago />}>
        Version {version}
      </Tile>
    </div>
  );
}

function Tile({ title, value, children }: { title: string; value: ReactNode; children: ReactNode }) {
  return (
    <div className="tile">
      <h2>{title}</h2>
      <p className="figure">{value}</p>
      <p className="quiet">{children}</p>
    </div>
  );
}
