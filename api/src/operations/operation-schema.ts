import type { PresentedOperation } from '@wallet/shared/events/present-operation';
import { REJECTION_CODES } from '@wallet/shared/words/rejection';
import { z } from 'zod';
import { id, time } from '../http/fields.ts';
import { type PresentedWaiting, waitingFields } from '../http/waiting.ts';
import { operationKind } from './operation-kinds.ts';

/**
 * An operation as the API answers it: a union by `type`, for what it moves, and by `status`, for its progress. Either
 * tells a reader which fields it has.
 */

/** `presentOperation` returns one shape with the fields of all. */
function presentedAs<Presented>(schema: z.ZodType): z.ZodType<Presented, Presented> {
  return schema as z.ZodType<Presented, Presented>;
}

export const error = z
  .strictObject({ code: z.enum(REJECTION_CODES), message: z.string() })
  .meta({ id: 'Rejection', description: 'Why an operation failed. `code` is stable, `message` is for people.' });

const everyState = {
  id,
  batch_id: id.nullable().meta({ description: 'The batch that it is a line of.' }),
  created_at: time,
};
const notEnded = { completed_at: z.null(), result: z.null(), error: z.null() };

const scheduledState = z
  .strictObject({ ...everyState, status: z.literal('scheduled'), execute_at: time, ...notEnded })
  .meta({ id: 'ScheduledState', description: 'Its time has not come.' });

const pendingState = z
  .strictObject({ ...everyState, status: z.literal('pending'), ...notEnded })
  .meta({ id: 'PendingState', description: 'It waits for its turn.' });

const succeededState = z
  .strictObject({
    ...everyState,
    status: z.literal('succeeded'),
    completed_at: time,
    result: z.strictObject({ transaction_number: id }),
    error: z.null(),
  })
  .meta({ id: 'SucceededState', description: 'It was applied.' });

const failedState = z
  .strictObject({ ...everyState, status: z.literal('failed'), completed_at: time, result: z.null(), error })
  .meta({ id: 'FailedState', description: 'It was rejected. Nothing was moved.' });

const operationState = z
  .discriminatedUnion('status', [scheduledState, pendingState, succeededState, failedState])
  .meta({ id: 'OperationState', description: 'The state of an operation, by its `status`.' });

const operation = z.intersection(operationKind, operationState).meta({
  id: 'Operation',
  description:
    'A request to move an amount. `type` says which of its fields there are, `status` which of `result` and `error`.',
});
export const operationSchema = presentedAs<PresentedOperation>(operation);

/** Ended operations, as events have them. */
export const succeededOperationSchema = presentedAs<PresentedOperation>(
  z.intersection(operationKind, succeededState).meta({ id: 'SucceededOperation' }),
);
export const failedOperationSchema = presentedAs<PresentedOperation>(
  z.intersection(operationKind, failedState).meta({ id: 'FailedOperation' }),
);

const waiting = z
  .strictObject(waitingFields)
  .meta({ id: 'Waiting', description: 'Why it waits, and when it is ' + 'expected to end.' });

/** An operation requested on its own: while it waits, it says why. */
export const polledOperationSchema = presentedAs<PresentedOperation & Partial<PresentedWaiting>>(
  z.intersection(operation, waiting).meta({
    id: 'PolledOperation',
    description: 'An operation; while it is pending or scheduled, also why it waits and when it is expected to end.',
  }),
);

/** An operation with additional fields. */
export function operationWith<More extends z.ZodObject>(more: More, meta: { id: string; description: string }) {
  return presentedAs<PresentedOperation & z.input<More>>(z.intersection(operation, more).meta(meta));
}
