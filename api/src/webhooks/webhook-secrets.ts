import { randomBytes } from 'node:crypto';
import type { Sealer } from '@wallet/shared/process/seal';
import { Problem } from '../http/problem.ts';

/** The secret and the headers of an endpoint: created, parsed and encrypted. Both are sealed with its id as context. */

/** The Standard Webhooks specification: `whsec_` and the base64 of 24 to 64 bytes. We create 32. */
const SECRET_PREFIX = 'whsec_';
const SECRET_BYTES = { fewest: 24, own: 32, most: 64 };
export const SECRET_PATTERN = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

/** The placeholder for the value of a header. */
export const HIDDEN = '***';

/** The bytes of a written secret, which are what signs; null if it is not one. */
export function readSecret(text: string): Buffer | null {
  const bytes = Buffer.from(text.slice(SECRET_PREFIX.length), 'base64');
  const isLong = bytes.length >= SECRET_BYTES.fewest && bytes.length <= SECRET_BYTES.most;
  return isLong && writeSecret(bytes) === text ? bytes : null;
}

export function writeSecret(bytes: Buffer): string {
  return SECRET_PREFIX + bytes.toString('base64');
}

export function makeSecret(): Buffer {
  return randomBytes(SECRET_BYTES.own);
}

/** @throws Problem `webhooks_not_configured`. */
export function requireSealer(sealer: Sealer | null): Sealer {
  if (sealer !== null) return sealer;
  throw new Problem(
    'webhooks_not_configured',
    'Set WEBHOOK_KEY to the base64 of 32 random bytes, the same for the API and the workers, and start them again.',
  );
}

/** Headers as they are stored: null if there are none. */
export function sealHeaders(sealer: Sealer, endpointId: string, headers: Record<string, string>): Buffer | null {
  if (Object.keys(headers).length === 0) return null;
  return sealer.seal(Buffer.from(JSON.stringify(headers)), endpointId);
}

/** Stored headers; null without the key that encrypted them: the endpoint can still be read and repaired. */
export function openHeaders(sealer: Sealer | null, endpointId: string, sealed: Buffer): Record<string, string> | null {
  try {
    const plain = sealer?.open(sealed, endpointId);
    return plain === undefined ? null : (JSON.parse(plain.toString()) as Record<string, string>);
  } catch {
    return null;
  }
}
