const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** A length of time in its two largest units: `0.3 s`, `42 s`, `3 min 20 s`, `2 d 4 h`. */
export function showSeconds(seconds: number): string {
  if (seconds < 1) return `${Math.max(0, Math.round(seconds * 1_000))} ms`;
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const [unit, length] of UNITS) {
    const count = Math.floor(rest / length);
    if (count > 0) parts.push(`${count} ${unit}`);
    rest -= count * length;
  }
  if (rest > 0) parts.push(`${rest} s`);
  return parts.slice(0, 2).join(' ');
}

/** How long ago a moment was, or in how long it is. */
export function showAgo(moment: string, now: number): string {
  const seconds = (now - Date.parse(moment)) / 1_000;
  if (Math.abs(seconds) < 1) return 'now';
  const length = showSeconds(Math.round(Math.abs(seconds)));
  return seconds > 0 ? `${length} ago` : `in ${length}`;
}

/** Between two moments. */
export function showBetween(from: string, to: string): string {
  return showSeconds(Math.max(0, Date.parse(to) - Date.parse(from)) / 1_000);
}

/** A moment as people write it where the browser is, to the second; its year only if it is another than that of `now`. */
export function showMoment(moment: string, now: number): string {
  const date = new Date(moment);
  const isOtherYear = date.getFullYear() !== new Date(now).getFullYear();
  return date.toLocaleString(undefined, {
    ...(isOtherYear && { year: 'numeric' }),
    ...{ month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
}

/** What a field for a local date and time holds, as RFC 3339; null while it holds nothing. */
export function fromLocalField(value: string): string | null {
  if (value === '') return null;
  const moment = new Date(value);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}

/** The inverse: for a field of the type `datetime-local`. */
export function toLocalField(moment: string | null): string {
  if (moment === null || Number.isNaN(Date.parse(moment))) return '';
  const date = new Date(moment);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
