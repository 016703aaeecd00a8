import type { KnownAssets } from '@wallet/shared/database/assets';
import { type PresentedOperation, presentOperation } from '@wallet/shared/events/present-operation';
import { z } from 'zod';
import type { Foresight } from './foresee-operation.ts';
import { operationKind } from './operation-kinds.ts';
import { error } from './operation-schema.ts';

const everyForesight = {
  dry_run: z.literal(true),
  ahead: z.int().min(0).meta({ description: 'How many operations of the same wallet wait before it.' }),
  ...{ id: z.null(), batch_id: z.null(), created_at: z.null(), completed_at: z.null() },
};

const foreseenState = z
  .discriminatedUnion('status', [
    z
      .strictObject({
        ...everyForesight,
        status: z.literal('succeeded'),
        result: z.strictObject({ transaction_number: z.null() }),
        error: z.null(),
      })
      .meta({ id: 'ForeseenSuccess', description: 'It would succeed.' }),
    z
      .strictObject({ ...everyForesight, status: z.literal('failed'), result: z.null(), error })
      .meta({ id: 'ForeseenFailure', description: 'It would be rejected.' }),
  ])
  .meta({ id: 'ForeseenState', description: 'How an operation would end, by its `status`.' });

/** The outcome of a dry run, as the API answers it: `presentDryRun` makes it. */
export const dryRunSchema = z.intersection(operationKind, foreseenState).meta({
  id: 'DryRun',
  description:
    'How an operation would end if it were accepted now and applied right after everything pending for its wallet. ' +
    'Nothing is stored, so its `id` is null. Pending operations of other wallets and lines of atomic batches are ' +
    'not considered, although they can change the outcome.',
}) as z.ZodType as z.ZodType<PresentedDryRun, PresentedDryRun>;

type Unstored = 'id' | 'batch_id' | 'created_at' | 'completed_at';

export interface PresentedDryRun
  extends Omit<PresentedOperation, Unstored | 'status' | 'result'>, Record<Unstored, null> {
  dry_run: true;
  ahead: number;
  status: 'succeeded' | 'failed';
  result: (Omit<NonNullable<PresentedOperation['result']>, 'transaction_number'> & { transaction_number: null }) | null;
}

export function presentDryRun(
  { operation, ahead }: Extract<Foresight, { kind: 'foreseen' }>,
  assets: KnownAssets,
): PresentedDryRun {
  const { result, ...presented } = presentOperation(operation, assets);
  return {
    ...{ dry_run: true, ahead },
    ...presented,
    ...{ id: null, batch_id: null, created_at: null, completed_at: null },
    status: operation.errorCode === null ? 'succeeded' : 'failed',
    result: result && { ...result, transaction_number: null },
  };
}
