import type { Database } from '@wallet/shared/database/pool';
import { findArchiveOf } from '@wallet/shared/database/tables/archived-history';
import type { PresentedOperation } from '@wallet/shared/events/present-operation';
import type { Priority } from '@wallet/shared/words/operation';
import pLimit from 'p-limit';
import { z } from 'zod';
import type { AnswerParts } from '../http/answer.ts';
import { operationArchived } from '../http/archived.ts';
import type { Input } from '../http/endpoint.ts';
import { metadataOf } from '../http/metadata.ts';
import { Problem } from '../http/problem.ts';
import { Refusal } from '../http/refusal.ts';
import { flag, keyHeader, preferHeader } from '../http/schemas.ts';
import { type AnswerNeeds, answerOperation } from './answer-operation.ts';
import type { Asked, OperationRequest, RefusalOf } from './draft-operation.ts';
import { type PresentedDryRun, dryRunSchema, presentDryRun } from './dry-run-schema.ts';
import { WAITING_MOST, foreseeOperation } from './foresee-operation.ts';
import { operationSchema } from './operation-schema.ts';
import { type SubmitNeeds, submitOperation } from './submit-operation.ts';

/** The common declaration of every endpoint that accepts an operation. */
export const ACCEPTING = {
  method: 'post',
  accepts: 'single',
  // A misspelt `dry_run` is refused, and moves nothing.
  query: z.strictObject({
    dry_run: flag.optional().meta({
      description:
        'Only say how it would end, after everything pending for its wallet: `200` with a dry run. Nothing is ' +
        'stored. If the same request was accepted before under its key, the answer is that operation.',
    }),
  }),
  headers: z.object({ ...keyHeader, ...preferHeader }),
  scope: 'operations:write',
  answers: {
    202: operationSchema,
    200: z.union([operationSchema, dryRunSchema]).meta({
      id: 'OperationOrDryRun',
      description: 'With `dry_run`, a dry run, whose `id` is null; otherwise the operation.',
    }),
  },
} as const;

/** The problems of each of them, whatever it accepts. */
export const SUBMIT_REFUSALS = [
  ...(['conflicting_idempotency_keys', 'idempotency_key_reused', 'operation_archived'] as const),
  'too_many_pending',
] as const;

/**
 * Accepts the requested operation, and answers `202` with it, or, with `Prefer: wait=N`, `200` as soon as it is final.
 * With `dry_run`, it only answers `200` with the expected outcome.
 */
export type Submit = <Named extends Asked>(
  asked: Named,
  input: Input<
    unknown,
    z.output<(typeof ACCEPTING)['query']>,
    OperationRequest['extras'] & { readonly priority?: Priority | undefined }
  >,
) => Promise<
  | (AnswerParts & { readonly status: 200 | 202; readonly body: PresentedOperation })
  | (AnswerParts & { readonly status: 200; readonly body: PresentedDryRun })
  | Problem<RefusalOf<Named> | 'idempotency_key_reused' | 'operation_archived' | 'too_many_pending'>
>;

/** How many dry runs a process makes at once, leaving connections to other reads, and how many may wait for that. */
const DRY_RUNS_AT_ONCE = 2;
const DRY_RUNS_WAITING = 100;

export function createSubmit(needs: SubmitNeeds & AnswerNeeds & { readonly database: Database }): Submit {
  const places = pLimit(DRY_RUNS_AT_ONCE);
  return async (asked, input) => {
    const extras = input.body;
    const metadata = metadataOf(input.request.body);
    const keyHeader = input.header('idempotency-key');
    const request = { asked, extras, metadata, keyHeader, hasKey: true };
    const priority = extras.priority ?? 'high';
    if (input.query.dry_run && places.pendingCount >= DRY_RUNS_WAITING) throw tooManyDryRuns();
    const acceptance = input.query.dry_run
      ? await places(() => foreseeOperation(needs, request, priority))
      : await submitOperation(needs, request, priority, input.origin);
    if (acceptance instanceof Refusal) return acceptance.toProblem();
    if (acceptance.kind === 'foreseen') return { status: 200, body: presentDryRun(acceptance, needs.assets) };
    if (acceptance.kind === 'too_many_pending') return tooManyPending(acceptance.walletId);
    if (acceptance.kind === 'key_reused') {
      return new Problem('idempotency_key_reused', `The key ${acceptance.key} was used for another request.`);
    }
    if (acceptance.kind === 'archived') return replayArchived(needs.database, acceptance.operationId);
    const { kind, operation } = acceptance;
    const asIs = {
      status: input.query.dry_run ? 200 : 202,
      location: `/operations/${operation.id}`,
      isReplayed: kind === 'replayed',
    } as const;
    return answerOperation(needs, operation, asIs, input);
  };
}

function tooManyPending(walletId: string): Problem<'too_many_pending'> {
  const detail = `More than ${WAITING_MOST} operations wait for wallet ${walletId}: what comes after them is not foreseen.`;
  return new Problem('too_many_pending', detail);
}

function tooManyDryRuns(): Problem<'overloaded'> {
  return new Problem('overloaded', 'Too many dry runs are waiting. Retry later.', { headers: { 'Retry-After': '1' } });
}

/** A key outlives its operation: the request was accepted before, and is not accepted again. */
async function replayArchived(database: Database, id: string): Promise<Problem<'operation_archived'>> {
  const place = await findArchiveOf(database, id);
  if (place === null) throw new Error(`operation ${id} has a key, and is neither here nor in the archives`);
  const detail = `The same request was accepted before, as operation ${id}, which is in the archives. Nothing was accepted now.`;
  return operationArchived(detail, place, id);
}
