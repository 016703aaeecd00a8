import type { ServiceStatus } from '@wallet/sdk';

/** Of lists, so many are shown. */
const SHOWN = 8;
const BARS = '▁▂▃▄▅▆▇█';
const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const FINE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
/** Names come from the machines that workers run on. */
const CONTROLS = /[^\x20-\x7e\u00a0-\uffff]/g;

/** The status in words, line by line. */
export function renderStatus(status: ServiceStatus): string[] {
  const { rates, pending, batches, webhooks, last_audit: audit, last_hour: hour } = status;
  return [
    `${status.status.toUpperCase()}   version ${status.version}   ${status.at}`,
    ...status.reasons.map(({ code, message }) => `  ${code}: ${message}`),
    '',
    row('Rates', [
      `${FINE.format(rates.accepted_per_second)} accepted/s`,
      `${FINE.format(rates.applied_per_second)} applied/s`,
      `${FINE.format(rates.failed_per_second)} failed/s`,
    ]),
    row('Pending', [
      `${WHOLE.format(pending.operations)} operations`,
      `${WHOLE.format(pending.batch_lines)} lines of batches`,
      `oldest ${renderAge(pending.oldest_age_seconds)}`,
    ]),
    row('Batches', [
      `${batches.accepted} accepted`,
      `${batches.applying} applying`,
      `${batches.cancelling} cancelling`,
    ]),
    row('Webhooks', [
      `${webhooks.endpoints} endpoints`,
      `${webhooks.paused} paused`,
      `${WHOLE.format(webhooks.pending_deliveries)} deliveries pending`,
      `oldest ${renderAge(webhooks.oldest_age_seconds)}`,
    ]),
    row('Audit', [audit === null ? 'none that was kept' : `${audit.violations} violations, ${audit.finished_at}`]),
    ...renderHour(hour),
    '',
    ...renderList('Workers', status.workers, 'none: start one with npm run start:worker', (worker) => [
      worker.name.replace(CONTROLS, '?'),
      worker.version,
      `seen ${renderAge((Date.parse(status.at) - Date.parse(worker.seen_at)) / 1_000)} ago`,
      `${WHOLE.format(worker.applied_last_minute)} applied in the last minute`,
    ]),
    ...renderList('Partitions', status.partitions, 'nothing waits', (each) => [
      String(each.partition),
      `${WHOLE.format(each.pending)} pending`,
      `oldest ${renderAge(each.oldest_age_seconds)}`,
    ]),
  ];
}

/** Seconds in the unit that fits. */
function renderAge(seconds: number): string {
  const whole = Math.max(0, seconds);
  if (whole < 60) return `${FINE.format(whole)} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min`;
  return `${FINE.format(whole / 3_600)} h`;
}

function row(name: string, parts: readonly string[]): string {
  return `${name.padEnd(11)}${parts.join(', ')}`;
}

function renderHour(hour: ServiceStatus['last_hour']): string[] {
  if (hour.length === 0) return [];
  return [
    row('Last hour', [`${bars(hour.map(({ succeeded, failed }) => succeeded + failed))} ended per minute`]),
    row('', [`${bars(hour.map(({ pending }) => pending))} pending`]),
  ];
}

/** A bar for each number, the highest for the greatest. */
function bars(numbers: readonly number[]): string {
  const most = Math.max(1, ...numbers);
  return numbers.map((each) => BARS[Math.round((each / most) * (BARS.length - 1))]).join('');
}

function renderList<Item>(
  name: string,
  items: readonly Item[],
  none: string,
  render: (item: Item) => readonly string[],
): string[] {
  if (items.length === 0) return [row(name, [none])];
  const shown = items.slice(0, SHOWN).map((item, index) => row(index === 0 ? name : '', render(item)));
  return items.length > SHOWN ? [...shown, row('', [`and ${items.length - SHOWN} more`])] : shown;
}
