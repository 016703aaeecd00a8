import { z } from 'zod';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { idParams, singleExtras } from '../http/schemas.ts';
import { ACCEPTING, SUBMIT_REFUSALS, type Submit } from './submit-request.ts';
import { captureFields, holdFields, releaseFields } from './terms-fields.ts';

/** What holds an amount of a wallet, and ends that. */
export function createHoldEndpoints(submit: Submit): Endpoint[] {
  return [postHold(submit), postCapture(submit), postRelease(submit)];
}

const postHold = (submit: Submit) =>
  endpoint({
    ...ACCEPTING,
    paths: ['/wallets/{id}/holds'],
    tag: 'Holds',
    summary: 'Hold an amount of a wallet, which cannot be spent then until it is captured or released',
    example: { amount: '25.00', expires_in: 3600, reference_id: 'booking-4711' },
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
    paths: ['/holds/{id}/capture'],
    tag: 'Holds',
    summary: 'Take what is held, whole or in part, to the treasury, a house account or a wallet',
    example: { amount: '10.00', to_wallet_id: 'b0b00000-0000-4000-8002-000000000004', final: true },
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
    paths: ['/holds/{id}/release'],
    tag: 'Holds',
    summary: 'Give what is held back to its wallet, whole or in part; of a frozen wallet too',
    params: idParams,
    body: z.strictObject({ ...releaseFields, ...singleExtras }),
    bodyIsOptional: true,
    problems: [...SUBMIT_REFUSALS, 'hold_not_found'],
    fails: ['hold_closed', 'hold_exceeded', 'wallet_closed', 'balance_limit_exceeded'],
    handle: (input) => submit({ type: 'release', hold_id: input.params.id, amount: input.body.amount }, input),
  });
