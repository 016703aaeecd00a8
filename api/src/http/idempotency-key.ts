import { createHash } from 'node:crypto';
import { KEY_PATTERN } from '@wallet/shared/operation';
import { Problem } from './problem.ts';
import { invalid } from './schemas.ts';

/**
 * The idempotency key of a request: the `Idempotency-Key` header, bare or as the quoted string of the IETF draft
 * (draft-ietf-httpapi-idempotency-key-header), or one of the body's fields that name the request. Null if there is none.
 * @throws Problem if two of them differ, or the header is not a key.
 */
export function idempotencyKeyOf(header: string | undefined, ...fields: (string | null | undefined)[]): string | null {
  const keys = new Set([readHeader(header), ...fields].filter((key) => typeof key === 'string'));
  if (keys.size > 1) {
    throw new Problem(
      'conflicting_idempotency_keys',
      'Idempotency-Key, idempotency_key and reference_id must be the same where more than one is given.',
    );
  }
  return [...keys][0] ?? null;
}

function readHeader(header: string | undefined): string | null {
  if (header === undefined) return null;
  const key = /^"(.*)"$/.exec(header.trim())?.[1] ?? header.trim();
  if (!KEY_PATTERN.test(key)) {
    throw invalid([{ path: 'Idempotency-Key', message: 'must be 1 to 255 of A-Z a-z 0-9 _ . : -' }]);
  }
  return key;
}

/** SHA-256, in hex, of a request's normalised text: `12.5` and `12.50` are one request. */
export function hashRequest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
