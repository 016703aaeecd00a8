import { z } from 'zod';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { idParams, singleExtras } from '../http/schemas.ts';
import { ACCEPTING, SUBMIT_REFUSALS, type Submit } from './submit-request.ts';
import { captureFields, holdFields, releaseFields } from './terms-fields.ts';

/** The endpoints that create and end holds. */
export function createHoldEndpoints(submit: Submit): Endpoint[] {
  return [postHold(submit), postCapture(submit), postRelease(submit)];
}

const postHold = (submit: Submit) =>
  endpoint({
    ...ACCEPTING,
    name: 'createHold',
    paths: ['/wallets/{id}/holds'],
    tag: 'Holds',
    summary: 'Hold an amount of a wallet',
    description:
      'A held amount cannot be spent until it is captured or released. The id of the operation is that of the ' +
      'hold.',
    params: idParams,
    body: z.strictObject({ ...holdFields, ...singleExtras }),
    problems: [...SUBMIT_REFUSALS, 'wallet_not_found'],
    fails: ['wallet_closed', 'wallet_frozen', 'insufficient_funds', 'balance_limit_exceeded'],
    handle: (input) => {
      const { amount, expires_at, expires_in } = input.body;
      return submit({ type: 'hold', wallet_id: input.params.id, amount, expires_at, expires_in }, input);
    },
  });

const postCapture = (submit: Submit) =>
  endpoint({
    ...ACCEPTING,
    name: 'captureHold',
    paths: ['/holds/{id}/capture'],
    tag: 'Holds',
    summary: 'Capture a hold, whole or in part',
    description:
      'The captured amount goes to the treasury, a house account or a wallet of the same asset. The rest is ' +
      'released, unless `final` is false.',
    params: idParams,
    body: z.strictObject({ ...captureFields, ...singleExtras }),
    bodyIsOptional: true,
    problems: [...SUBMIT_REFUSALS, 'hold_not_found', 'wallet_not_found', 'account_not_found', 'asset_mismatch'],
    fails: [
      ...(['hold_closed', 'hold_exceeded', 'asset_not_transferable', 'wallet_closed', 'wallet_frozen'] as const),
      'balance_limit_exceeded',
    ],
    handle: (input) => {
      const { amount, to_wallet_id, to_account, final } = input.body;
      return submit({ type: 'capture', hold_id: input.params.id, amount, to_wallet_id, to_account, final }, input);
    },
  });

const postRelease = (submit: Submit) =>
  endpoint({
    ...ACCEPTING,
    name: 'releaseHold',
    paths: ['/holds/{id}/release'],
    tag: 'Holds',
    summary: 'Release a hold, whole or in part',
    description: 'The released amount returns to the wallet of the hold, even if that is frozen.',
    params: idParams,
    body: z.strictObject({ ...releaseFields, ...singleExtras }),
    bodyIsOptional: true,
    problems: [...SUBMIT_REFUSALS, 'hold_not_found'],
    fails: ['hold_closed', 'hold_exceeded', 'wallet_closed', 'balance_limit_exceeded'],
    handle: (input) => submit({ type: 'release', hold_id: input.params.id, amount: input.body.amount }, input),
  });
