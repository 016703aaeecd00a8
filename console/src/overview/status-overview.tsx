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

export function StatusOverview({ status }: { status: Status }) {
  return (
    <>
      <Verdict status={status.status} reasons={status.reasons} hasWorkers={status.workers.length > 0} />
      <Tiles status={status} />
      <Section title="The last hour">
        <LastHour minutes={status.last_hour} />
      </Section>
      <Section title="Workers seen">
        <Workers workers={status.workers} />
      </Section>
      <Section title="Partitions that wait">
        <Partitions partitions={status.partitions} />
      </Section>
    </>
  );
}

function Tiles({ status: { rates, pending, batches, webhooks, last_audit, at, version } }: { status: Status }) {
  const underway = batches.accepted + batches.applying + batches.cancelling;
  return (
    <div className="tiles">
      <Tile title="Accepted" value={`${showRate(rates.accepted_per_second)}/s`}>
        In the last minute
      </Tile>
      <Tile title="Applied" value={`${showRate(rates.applied_per_second)}/s`}>
        {showRate(rates.failed_per_second)}/s failed
      </Tile>
      <Tile title="Lag" value={pending.oldest_age_seconds === null ? 'none' : showSeconds(pending.oldest_age_seconds)}>
        Age of the oldest that waits
      </Tile>
      <Tile title="Waiting" value={showCount(pending.operations + pending.batch_lines)}>
        <Link href="/operations?status=pending">{showNumberOf(pending.operations, 'operation')}</Link>,{' '}
        {showNumberOf(pending.batch_lines, 'line')} of batches
      </Tile>
      <Tile title="Batches under way" value={showCount(underway)}>
        <Link href="/batches">All batches</Link>
      </Tile>
      <Tile title="Webhook backlog" value={showCount(webhooks.pending_deliveries)}>
        {showNumberOf(webhooks.endpoints, 'endpoint')}, {showCount(webhooks.paused)} paused
        {webhooks.oldest_age_seconds !== null && `; the oldest waits ${showSeconds(webhooks.oldest_age_seconds)}`}
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
        {version !== undefined && `Version ${version}`}
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
