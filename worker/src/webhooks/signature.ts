import { createHmac } from 'node:crypto';
import { BrokenInvariant } from '@wallet/shared/words/broken-invariant';

/**
 * The headers that prove to a receiver who sent `body`, when, and as which event (Standard Webhooks 1.0.0, "Signature
 * scheme" and "Webhook headers"). There is one signature for each of `secrets`, in order: while a secret is being
 * rotated, the receiver may know either.
 *
 * `id` stays the same on every attempt, `timestamp` is of this attempt, and `body` must be sent exactly as it was given
 * here. The secrets are raw bytes, without `whsec_` and base64.
 * @throws BrokenInvariant without a secret, or for an id with a full stop, which would make the signed content
 * ambiguous.
 */
export function signatureHeaders(message: {
  id: string;
  timestamp: Date;
  body: string;
  secrets: readonly Buffer[];
}): Record<string, string> {
  const { id, body, secrets } = message;
  if (id.includes('.')) throw new BrokenInvariant('the id of a webhook contains a full stop', { id });
  if (secrets.length === 0) throw new BrokenInvariant('a webhook has no secret to be signed with', { id });
  const seconds = Math.floor(message.timestamp.getTime() / 1_000);
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': `${seconds}`, 'webhook-signature': signatures.join(' ') };
}
