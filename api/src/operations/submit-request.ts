import type { Database } from '@wallet/shared/database/pool';
import { findArchiveOf } from '@wallet/shared/database/tables/archived-history';
import type { PresentedOperation } from '@wallet/shared/events/present-operation';
import type { Priority } from '@wallet/shared/words/operation';
import { z } from 'zod';
import type { AnswerParts } from '../http/answer.ts';
import { operationArchived } from '../http/archived.ts';
import type { Input } from '../http/endpoint.ts';
import { metadataOf } from '../http/metadata.ts';
import { Problem } from '../http/problem.ts';
import { Refusal } from '../http/refusal.ts';
import { keyHeader, preferHeader } from '../http/schemas.ts';
import { type AnswerNeeds, answerOperation } from './answer-operation.ts';
import type { Asked, OperationRequest, RefusalOf } from './draft-operation.ts';
import { operationSchema } from './operation-schema.ts';
import { type SubmitNeeds, submitOperation } from './submit-operation.ts';

/** What every endpoint that accepts an operation declares. */
export const ACCEPTING = {
  method: 'post',
  accepts: 'single',
  query: null,
  headers: z.object({ ...keyHeader, ...preferHeader }),
  scope: 'operations:write',
  answers: { 202: operationSchema, 200: operationSchema },
} as const;

/** What each of them may say no with, whatever it accepts. */
export const KEY_REFUSALS = ['conflicting_idempotency_keys', 'idempotency_key_reused', 'operation_archived'] as const;

/** Accepts what a request asks for, and answers `202` with it, or, with `Prefer: wait=N`, `200` as soon as it is final. */
export type Submit = <Named extends Asked>(
  asked: Named,
  input: Input<unknown, unknown, OperationRequest['extras'] & { readonly priority?: Priority | undefined }>,
) => Promise<
  | (AnswerParts & { readonly status: 200 | 202; readonly body: PresentedOperation })
  | Problem<RefusalOf<Named> | 'idempotency_key_reused' | 'operation_archived'>
>;

export function createSubmit(needs: SubmitNeeds & AnswerNeeds & { readonly database: Database }): Submit {
  return async (asked, input) => {
    const extras = input.body;
    const metadata = metadataOf(input.request.body);
    const keyHeader = input.header('idempotency-key');
    const request = { asked, extras, metadata, keyHeader, hasKey: true };
    const acceptance = await submitOperation(needs, request, extras.priority ?? 'high');
    if (acceptance instanceof Refusal) return acceptance.toProblem();
    if (acceptance.kind === 'key_reused') {
      return new Problem('idempotency_key_reused', `The key ${acceptance.key} was used for another request.`);
    }
    if (acceptance.kind === 'archived') return replayArchived(needs.database, acceptance.operationId);
    const { kind, operation } = acceptance;
    const asIs = { status: 202, location: `/operations/${operation.id}`, isReplayed: kind === 'replayed' } as const;
    return answerOperation(needs, operation, asIs, input);
  };
}

/** A key outlives its operation: the request was accepted before, and is not accepted again. */
async function replayArchived(database: Database, id: string): Promise<Problem<'operation_archived'>> {
  const place = await findArchiveOf(database, id);
  if (place === null) throw new Error(`operation ${id} has a key, and is neither here nor in the archives`);
  const detail = `The same request was accepted before, as operation ${id}, which is in the archives. Nothing was accepted now.`;
  return operationArchived(detail, place, id);
}
