import type { Asset } from '@wallet/shared/database/tables/assets';
import { newId } from '@wallet/shared/ids';
import { type AmountProblem, parseAmount } from '@wallet/shared/money';
import type { OperationType } from '@wallet/shared/operation';
import { partitionOf } from '@wallet/shared/partition';
import type { RequestHandler } from 'express';
import type { Api } from '../context.ts';
import { answerOperation } from '../http/answer-operation.ts';
import { hashRequest, idempotencyKeyOf } from '../http/idempotency-key.ts';
import { Problem } from '../http/problem.ts';
import { invalid, parseWith, uuidSchema, walletOperationSchema } from '../http/schemas.ts';

const TYPES = { DEPOSIT: 'deposit', WITHDRAW: 'withdraw' } as const satisfies Record<string, OperationType>;

const AMOUNT_PROBLEMS = {
  not_a_decimal: () => 'must be a decimal number such as "12.50"',
  not_positive: () => 'must be greater than zero',
  too_many_decimals: (asset) => `${asset.code} has at most ${asset.scale} decimals`,
  too_large: () => 'is larger than an account can hold',
} as const satisfies Record<AmountProblem, (asset: Asset) => string>;

/** `POST /wallets/{id}/operation`: accepts a deposit or a withdrawal. */
export function postWalletOperation(api: Api): RequestHandler {
  return async (request, response) => {
    const walletId = parseWith(uuidSchema, request.params['id']);
    const body = parseWith(walletOperationSchema, request.body);
    const idempotencyKey = idempotencyKeyOf(request.get('idempotency-key'), body.idempotency_key, body.reference_id);

    const wallet = await api.findWallet(walletId);
    if (wallet === null) throw new Problem('wallet_not_found', `There is no wallet ${walletId}.`);
    const asset = api.assets.withId(wallet.assetId);
    const amount = parseAmount(body.amount, asset.scale);
    if (!amount.ok) throw invalid([{ path: 'amount', message: AMOUNT_PROBLEMS[amount.problem](asset) }]);

    const type = TYPES[body.operation_type];
    const description = body.description ?? null;
    const referenceId = body.reference_id ?? null;
    const acceptance = await api.accept({
      id: newId(),
      partition: partitionOf(walletId, api.partitions),
      walletId,
      assetId: asset.id,
      type,
      amount: amount.minorUnits,
      priority: 'high',
      description,
      referenceId,
      idempotencyKey,
      requestHash:
        idempotencyKey && hashRequest([type, walletId, amount.minorUnits.toString(), description, referenceId]),
    });
    if (acceptance.kind === 'key_reused') {
      throw new Problem('idempotency_key_reused', `The key ${idempotencyKey} was used for another request.`);
    }
    if (acceptance.kind === 'replayed') response.set('Idempotent-Replayed', 'true');
    response.set('Location', `${request.baseUrl}/operations/${acceptance.operation.id}`);
    await answerOperation(api, request, response, acceptance.operation, 202);
  };
}
