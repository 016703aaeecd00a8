import { z } from 'zod';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { idParams, singleExtras } from '../http/schemas.ts';
import { ACCEPTING, SUBMIT_REFUSALS, type Submit } from './submit-request.ts';
import { reversalFields } from './terms-fields.ts';

export function createReversalEndpoint(submit: Submit): Endpoint {
  return endpoint({
    ...ACCEPTING,
    name: 'reverseOperation',
    paths: ['/operations/{id}/reversal'],
    tag: 'Operations',
    summary: 'Reverse an operation, whole or in part',
    description:
      'It takes back what the operation moved, and never more. It may be requested while the operation is pending, ' +
      'and is applied after it.',
    params: idParams,
    body: z.strictObject({ ...reversalFields, ...singleExtras }),
    bodyIsOptional: true,
    problems: [...SUBMIT_REFUSALS, 'operation_not_found', 'not_reversible'],
    fails: [
      ...(['operation_not_succeeded', 'reversal_exceeds_operation', 'wallet_closed', 'wallet_frozen'] as const),
      ...(['insufficient_funds', 'balance_limit_exceeded'] as const),
    ],
    handle: (input) => submit({ type: 'reversal', operation_id: input.params.id, amount: input.body.amount }, input),
  });
}
