const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1_000;

const HTTP_DATE = /^[A-Z][a-z]{2,8},? [\w :-]{12,22}(?: GMT)?$/;

/**
 * `Retry-After` (RFC 9110, section 10.2.3) in milliseconds from now: either a number of seconds, or a date in one of
 * three forms.
 */
export function readRetryAfter(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d{1,15}$/.test(text)) return Math.min(Number(text) * 1_000, MAX_RETRY_AFTER_MS);
  if (!HTTP_DATE.test(text)) return null;
  // The oldest form does not name GMT, which all of them use.
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(at) ? null : Math.min(Math.max(at - Date.now(), 0), MAX_RETRY_AFTER_MS);
}
