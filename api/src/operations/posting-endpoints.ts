import { z } from 'zod';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { singleExtras } from '../http/schemas.ts';
import { ACCEPTING, SUBMIT_REFUSALS, type Submit } from './submit-request.ts';
import { postingFields } from './terms-fields.ts';

export function createPostingEndpoint(submit: Submit): Endpoint {
  return endpoint({
    ...ACCEPTING,
    name: 'createPosting',
    paths: ['/postings'],
    tag: 'Operations',
    summary: 'Move several amounts, all or none',
    description:
      'The legs may be of several assets, and are applied in their order. If one of them cannot be applied, ' +
      'none is.',
    params: null,
    body: z.strictObject({ ...postingFields, ...singleExtras }),
    problems: [...SUBMIT_REFUSALS, 'wallet_not_found', 'account_not_found', 'asset_mismatch'],
    fails: [
      ...(['asset_not_transferable', 'wallet_closed', 'wallet_frozen', 'insufficient_funds'] as const),
      'balance_limit_exceeded',
    ],
    handle: (input) => submit({ type: 'posting', legs: input.body.legs }, input),
  });
}
