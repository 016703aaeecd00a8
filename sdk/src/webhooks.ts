import type { WebhookEvent } from './resources.ts';

/** Headers as `fetch`, Node and most frameworks have them. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Why a webhook is not to be trusted. */
export type VerificationCode = 'header_missing' | 'too_old_or_early' | 'signature_wrong' | 'not_an_event';

/** A webhook that does not come from the service, was changed on its way, or was sent at another time. Answer it with 400. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';
  readonly code: VerificationCode;

  constructor(code: VerificationCode, message: string) {
    super(message);
    this.code = code;
  }
}

const TOLERANCE_S = 300;
/** While a secret is rotated there are two. */
const SIGNATURES_MOST = 16;

/**
 * Checks that a webhook comes from the service, as the Standard Webhooks specification has it, and reads its event.
 *
 * `payload` is the body exactly as it came, before it is parsed. `secrets` is the endpoint's secret (`whsec_…`), or several while
 * one is being rotated. `toleranceS` is how far the time of sending may be from now, five minutes unless said: older requests could
 * be recorded ones. The same event can come more than once: `id` stays the same.
 * @throws WebhookVerificationError; TypeError if a secret is not one
 */
export async function verify(
  payload: string | Uint8Array,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  { toleranceS = TOLERANCE_S }: { readonly toleranceS?: number } = {},
): Promise<WebhookEvent> {
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signatures = headerOf(headers, 'webhook-signature');
  const distanceS = /^\d{1,12}$/.test(timestamp) ? Math.abs(Date.now() / 1_000 - Number(timestamp)) : Infinity;
  if (!(distanceS <= toleranceS)) {
    throw new WebhookVerificationError('too_old_or_early', `webhook-timestamp is not within ${toleranceS} s of now.`);
  }
  const body = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
  const signed = concat(new TextEncoder().encode(`${id}.${timestamp}.`), body);
  if (!(await isSignedByOne(signed, signatures, typeof secrets === 'string' ? [secrets] : secrets))) {
    const message = 'No signature is of this body and secret. Is it the body as it came, before it was parsed?';
    throw new WebhookVerificationError('signature_wrong', message);
  }
  return readEvent(id, new TextDecoder().decode(body));
}

async function isSignedByOne(signed: Uint8Array, header: string, secrets: readonly string[]): Promise<boolean> {
  const signatures = header.split(' ').slice(0, SIGNATURES_MOST).flatMap(readSignature);
  for (const secret of secrets) {
    const key = await crypto.subtle.importKey('raw', readSecret(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
      'verify',
    ]);
    for (const signature of signatures) {
      // Compares in constant time in every engine: comparing the texts would tell by its time how much of one is right.
      if (await crypto.subtle.verify('HMAC', key, signature, signed as Uint8Array<ArrayBuffer>)) return true;
    }
  }
  return false;
}

function headerOf(headers: WebhookHeaders, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : valueOf(headers, name);
  if (typeof value === 'string' && value !== '') return value;
  throw new WebhookVerificationError('header_missing', `The header ${name} is missing.`);
}

function valueOf(headers: Readonly<Record<string, string | readonly string[] | undefined>>, name: string): unknown {
  const [, value] = Object.entries(headers).find(([each]) => each.toLowerCase() === name) ?? [];
  return Array.isArray(value) ? (value as readonly unknown[])[0] : value;
}

/** Of each version of signatures there may be some; this knows `v1`. */
function readSignature(text: string): Uint8Array<ArrayBuffer>[] {
  const bytes = text.startsWith('v1,') ? fromBase64(text.slice(3)) : null;
  return bytes === null ? [] : [bytes];
}

function readSecret(secret: string): Uint8Array<ArrayBuffer> {
  const bytes = secret.startsWith('whsec_') ? fromBase64(secret.slice(6)) : null;
  if (bytes === null || bytes.length === 0) throw new TypeError('A secret of a webhook endpoint is whsec_ and base64.');
  return bytes;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function readEvent(id: string, text: string): WebhookEvent {
  try {
    return { ...(JSON.parse(text) as object), id } as WebhookEvent;
  } catch {
    throw new WebhookVerificationError('not_an_event', 'The body is signed, and is not JSON.');
  }
}
