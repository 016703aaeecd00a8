import { z } from 'zod';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { singleExtras } from '../http/schemas.ts';
import { ACCEPTING, SUBMIT_REFUSALS, type Submit } from './submit-request.ts';
import { postingFields } from './terms-fields.ts';

export function createPostingEndpoint(submit: Submit): Endpoint {
  return endpoint({
    ...ACCEPTING,
    paths: ['/postings'],
    tag: 'Operations',
    summary: 'Move several amounts, of several assets if wanted, in the order of the legs: all of them or none',
    example: {
      legs: [
        {
          from: { wallet_id: 'a11ce000-0000-4000-8002-000000000004' },
          to: { wallet_id: 'b0b00000-0000-4000-8002-000000000004' },
          amount: '10.00',
        },
        { from: { wallet_id: 'a11ce000-0000-4000-8002-000000000004' }, to: { account: 'treasury' }, amount: '0.25' },
      ],
      description: 'a payment, and a fee on it',
    },
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
