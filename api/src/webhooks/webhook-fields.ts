import { EVERY_TYPE, EVENT_TYPES } from '@wallet/shared/words/event';
import { z } from 'zod';
import { HIDDEN, readSecret } from './webhook-secrets.ts';
import { text } from '../http/schemas.ts';

/** The fields for creating and changing a webhook endpoint. */

const URL_LIMIT = 2_048;
const DESCRIPTION_LIMIT = 500;
const RATE_MOST = 10_000;
const HEADERS_MOST = 20;
const HEADER_NAME_LIMIT = 128;
const HEADER_VALUE_LIMIT = 1_024;

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
/** Spaces at the ends would be lost in transit. */
const PRINTABLE = /^[!-~]([ -~]*[!-~])?$/;

/**
 * Headers that the sender sets itself, or that would change how the request is read or how long its connection lasts.
 */
const OUR_HEADERS = new Set([
  ...['host', 'content-length', 'content-type', 'content-encoding', 'connection', 'transfer-encoding', 'user-agent'],
  ...['accept-encoding', 'expect', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade'],
]);

/** Checked for internal addresses, which needs the DNS, after all fields are valid. */
export const url = text(URL_LIMIT).min(1).meta({ example: 'https://example.com/webhooks' });

export const description = text(DESCRIPTION_LIMIT).nullable();

export const rateLimit = z.int().min(1).max(RATE_MOST).nullable().meta({
  description: 'The most requests per second; null means no limit.',
});

/** `*` beside other types is `*`. */
export const eventTypes = z
  .array(z.enum([...EVENT_TYPES, EVERY_TYPE]))
  .min(1)
  .max(EVENT_TYPES.length + 1)
  .transform((types) => (types.includes(EVERY_TYPE) ? [EVERY_TYPE] : [...new Set(types)]))
  .meta({
    description: '`*` is every type, including future ones.',
    example: ['operation.succeeded', 'operation.failed'],
  });

export const headers = z
  .record(z.string(), z.string())
  .superRefine((given, context) => {
    const names = Object.keys(given);
    if (names.length > HEADERS_MOST) {
      context.addIssue({ code: 'custom', message: `must have at most ${HEADERS_MOST} fields` });
    }
    for (const [name, value] of Object.entries(given)) {
      const message = refuseHeaderName(name, names) ?? refuseHeaderValue(value);
      if (message !== null) context.addIssue({ code: 'custom', path: [name], message });
    }
  })
  .meta({
    description: `Headers of your own for every request, at most ${HEADERS_MOST}. They are stored sealed, and their values not shown again.`,
    example: { Authorization: 'Bearer of-your-receiver' },
  });

function refuseHeaderName(name: string, names: readonly string[]): string | null {
  const lower = name.toLowerCase();
  if (!TOKEN.test(name) || name.length > HEADER_NAME_LIMIT) return 'is not the name of a header';
  if (OUR_HEADERS.has(lower) || lower.startsWith('webhook-')) return 'is a header that cannot be set';
  if (names.some((other) => other !== name && other.toLowerCase() === lower)) return 'appears twice';
  return null;
}

function refuseHeaderValue(value: string): string | null {
  if (value === HIDDEN) return 'is the placeholder for a value: send the value itself';
  if (PRINTABLE.test(value) && value.length <= HEADER_VALUE_LIMIT) return null;
  return `must be 1 to ${HEADER_VALUE_LIMIT} printable ASCII characters without spaces at the ends`;
}

/** The bytes of a caller's own secret. */
export const secret = z
  .string()
  .max(200)
  .transform((written, context) => {
    const bytes = readSecret(written);
    if (bytes !== null) return bytes;
    context.addIssue({ code: 'custom', message: 'must be whsec_ and the base64 of 24 to 64 bytes' });
    return z.NEVER;
  })
  .meta({
    description: 'A secret of your own, `whsec_` and the base64 of 24 to 64 bytes. Generated if left out.',
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  });
