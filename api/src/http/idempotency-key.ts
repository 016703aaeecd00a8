import { createHash } from 'node:crypto';
import { KEY_PATTERN } from '@wallet/shared/words/operation';
import { parseItem } from 'structured-headers';
import { Refusal, refuseField } from './refusal.ts';

/**
 * The idempotency key of a request: the `Idempotency-Key` header, bare or as the quoted string of the IETF draft
 * (draft-ietf-httpapi-idempotency-key-header), or one of the body's fields that name the request. Null if there is none.
 * Refused if two of them differ, or the header is not a key.
 */
export function idempotencyKeyOf(
  header: string | undefined,
  ...fields: (string | null | undefined)[]
): string | null | Refusal<'conflicting_idempotency_keys' | 'invalid_request'> {
  const written = keyOfHeader(header);
  if (written instanceof Refusal) return written;
  const keys = new Set([written, ...fields].filter((key) => typeof key === 'string'));
  if (keys.size > 1) return CONFLICTING_KEYS;
  return [...keys][0] ?? null;
}

const CONFLICTING_KEYS = new Refusal(
  'conflicting_idempotency_keys',
  'idempotency_key',
  'and reference_id must be the same where both are given',
  'Idempotency-Key, idempotency_key and reference_id must be the same where more than one is given.',
);

/** The key that the header `Idempotency-Key` has; null if there is none. */
export function keyOfHeader(header: string | undefined): string | null | Refusal<'invalid_request'> {
  if (header === undefined) return null;
  const written = header.trim();
  const key = written.startsWith('"') ? readString(written) : written;
  return key !== null && KEY_PATTERN.test(key)
    ? key
    : refuseField('Idempotency-Key', 'must be 1 to 255 of A-Z a-z 0-9 _ . : -');
}

/** The string in a structured field (RFC 9651), whose parameters are ignored. Null if it is not a string. */
function readString(header: string): string | null {
  try {
    const value: unknown = parseItem(header)[0];
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

/** SHA-256, in hex, of a request's normalised text: `12.5` and `12.50` are one request. */
export function hashRequest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
