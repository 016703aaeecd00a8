import type { ZodOpenApiHeadersObject } from 'zod-openapi';

/** The headers of answers. */

const text = { type: 'string' } as const;
const seconds = { type: 'integer', minimum: 0 } as const;

const RETRY_AFTER = { description: 'Seconds to wait before asking again.', schema: seconds };
const LOCATION = { description: 'The path of the resource.', schema: text };
const CHALLENGE = { 'WWW-Authenticate': { description: 'The challenge of RFC 6750.', schema: text } };

export const ACCEPTED_HEADERS: ZodOpenApiHeadersObject = {
  Location: LOCATION,
  'Retry-After': RETRY_AFTER,
  'Idempotent-Replayed': {
    description: '`true` if the same request was accepted before and this answer repeats the first one.',
    schema: { type: 'string', enum: ['true'] },
  },
};

export const CREATED_HEADERS: ZodOpenApiHeadersObject = { Location: LOCATION };

/** The headers of answers with a status. */
export const PROBLEM_HEADERS: Partial<Record<number, ZodOpenApiHeadersObject>> = {
  401: CHALLENGE,
  403: CHALLENGE,
  429: {
    'Retry-After': RETRY_AFTER,
    RateLimit: { description: 'What is left of the limit, and when it resets.', schema: text },
    'RateLimit-Policy': { description: 'The limit of the key.', schema: text },
  },
  503: { 'Retry-After': RETRY_AFTER },
};
