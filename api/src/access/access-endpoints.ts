import { SCOPES } from '@wallet/shared/words/api-key';
import { z } from 'zod';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { id, time } from '../http/fields.ts';

export function createAccessEndpoints(): Endpoint[] {
  return [getMe()];
}

const meSchema = z
  .strictObject({
    anonymous: z.boolean().meta({ description: 'Whether no key was ever made, so that none is needed.' }),
    key: z
      .strictObject({
        id,
        name: z.string(),
        rate_limit: z.int().nullable().meta({ description: 'Requests per second; null is as fast as it goes.' }),
        expires_at: time.nullable(),
      })
      .nullable(),
    scopes: z.array(z.enum(SCOPES)),
  })
  .meta({ id: 'Me', description: 'A caller, and what it may do.' });

const getMe = () =>
  endpoint({
    method: 'get',
    paths: ['/access/me'],
    tag: 'Access',
    summary: 'The key of this request, and what it may do',
    params: null,
    query: null,
    body: null,
    scope: 'any',
    answers: { 200: meSchema },
    problems: [],
    handle: ({ key }) => ({
      status: 200,
      body: {
        anonymous: key === null,
        key: key && {
          id: key.id,
          name: key.name,
          rate_limit: key.rateLimit,
          expires_at: key.expiresAt?.toISOString() ?? null,
        },
        scopes: [...(key?.scopes ?? SCOPES)],
      },
    }),
  });
