const WAIT_LIMIT_S = 30;

/**
 * The seconds of a `Prefer: wait=N` header (RFC 7240), at most 30; null if there is none. A preference that cannot be
 * understood is ignored, as the RFC asks.
 */
export function waitSecondsOf(prefer: string | undefined): number | null {
  for (const preference of prefer?.split(/[,;]/) ?? []) {
    const match = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*$/i.exec(preference);
    if (match) return Math.min(Number(match[1]), WAIT_LIMIT_S);
  }
  return null;
}
