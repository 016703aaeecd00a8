import type { Assets } from '@wallet/shared/database/assets';
import { ATOMIC_LIMIT } from '@wallet/shared/words/batch';
import type { Database } from '@wallet/shared/database/pool';
import type { History } from '@wallet/shared/database/replica';
import {
  BATCH_STATUSES,
  type Batch,
  cancelBatch,
  findBatch,
  listBatches,
} from '@wallet/shared/database/tables/batches';
import { findSkippedLines } from '@wallet/shared/database/tables/skipped-lines';
import { presentBatch } from '@wallet/shared/events/present-batch';
import { formatAmount } from '@wallet/shared/words/money';
import { type Priority, PRIORITIES } from '@wallet/shared/words/operation';
import { z } from 'zod';
import { type AnswerBatch, createAnswerBatch } from './answer-batch.ts';
import { batchNotFound } from './batch-not-found.ts';
import {
  TABLE,
  acceptedBatchSchema,
  batchSchema,
  checkedSchema,
  jsonBody,
  jsonRest,
  polledBatchSchema,
} from './batch-schemas.ts';
import type { BatchOptions } from './check-batch.ts';
import { BAD_LINES_NAMED } from './check-lines.ts';
import { createEachLine } from './export-lines.ts';
import { type Envelope, createBatchBody, holdFirst, readLines } from './read-lines.ts';
import { createLinesEndpoint } from './lines-endpoint.ts';
import { type RetryNeeds, retryBatch } from './retry-batch.ts';
import { type AcceptBatch, type BatchAcceptance, type UploadNeeds, createAcceptBatch } from './upload.ts';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { keyOfHeader } from '../http/idempotency-key.ts';
import { answerPage, createCursors, pageOf, pageQuery, readId, timeQuery } from '../http/pages.ts';
import { Problem } from '../http/problem.ts';
import { Refusal } from '../http/refusal.ts';
import { flag, idParams, invalid, keyHeader, parseWith, preferHeader } from '../http/schemas.ts';
import type { Waiting } from '../http/waiting.ts';

const CURSORS = createCursors('batches', readId);

/** The dependencies of the batch endpoints, besides those of accepting. */
export interface BatchNeeds extends UploadNeeds {
  readonly database: Database;
  readonly assets: Assets;
  readonly history: History;
  readonly isStopping: () => boolean;
  readonly waitingOf: (batch: Batch, pending: number) => Promise<Waiting>;
}

export function createBatchEndpoints(needs: BatchNeeds): Endpoint[] {
  const { database, assets } = needs;
  const acceptBatch = createAcceptBatch(needs);
  const answerBatch = createAnswerBatch(needs);
  // Requests that are sent again are decided by the primary's state.
  const eachLine = createEachLine((_, read) => read(database), assets);
  const eachLineOfHistory = createEachLine((batch, read) => needs.history.ofBatch(batch, read), assets);
  return [
    postBatch({ database, assets, acceptBatch, answerBatch }),
    getBatch({ database, answerBatch }),
    getBatches({ database, assets }),
    createLinesEndpoint({ database, history: needs.history, assets, eachLine: eachLineOfHistory }),
    cancel({ database, answerBatch }),
    retry({ database, assets, acceptBatch, answerBatch, eachLine }),
  ];
}

const postBatch = ({
  database,
  assets,
  acceptBatch,
  answerBatch,
}: {
  database: Database;
  assets: Assets;
  acceptBatch: AcceptBatch;
  answerBatch: AnswerBatch;
}) =>
  endpoint({
    method: 'post',
    accepts: 'batch',
    name: 'createBatch',
    paths: ['/batches'],
    tag: 'Batches',
    summary: 'Submit up to 1,000,000 operations at once',
    description:
      'All of them are accepted, or none; with `on_invalid=skip`, all that are valid. The same operations in another ' +
      'format (JSON, NDJSON or CSV) are the same batch and are accepted only once.',
    params: null,
    query: z.strictObject({
      priority: z.enum(PRIORITIES).optional().meta({ description: 'Defaults to `low`.' }),
      atomic: flag.optional().meta({ description: `All succeed or all fail; at most ${ATOMIC_LIMIT} operations.` }),
      line_events: flag.optional().meta({ description: 'Each line sends an event when it ends, not only the batch.' }),
      on_invalid: z
        .enum(['refuse', 'skip'])
        .optional()
        .meta({
          description:
            `\`refuse\` (the default): one invalid line rejects the batch. \`skip\` accepts the valid lines and ` +
            `names the others in \`skipped_lines\`; it rejects the batch if no line is valid, more than ` +
            `${BAD_LINES_NAMED} are invalid, or two have the same key. Not for atomic batches. The same body sent ` +
            'again is the same batch.',
        }),
      key_column: z.string().min(1).max(255).optional().meta({
        description:
          'For a CSV body: the column with the idempotency key of each line. It need not be a field of an operation.',
      }),
      validate_only: flag.optional().meta({ description: 'Only validate: `200` says what would be accepted.' }),
    }),
    body: null,
    uploads: {
      'application/json': jsonBody,
      'application/x-ndjson': z.string().meta({ description: 'An operation on each line.' }),
      'text/csv': z.string().meta({ description: TABLE }),
    },
    headers: z.object({ ...keyHeader, ...preferHeader }),
    scope: 'operations:write',
    answers: { 202: acceptedBatchSchema, 200: z.union([acceptedBatchSchema, checkedSchema]) },
    problems: ['malformed_body', 'batch_refused', 'batch_in_progress', 'idempotency_key_reused'],
    handle: async (input) => {
      const { query } = input;
      const body = createBatchBody();
      const keyColumn = query.key_column ?? null;
      const skips = query.on_invalid === 'skip';
      const idempotencyKey = keyOfHeader(input.header('idempotency-key'));
      if (idempotencyKey instanceof Refusal) return idempotencyKey.toProblem();
      if (idempotencyKey !== null && OWN_KEYS.test(idempotencyKey)) {
        return invalid([{ path: 'Idempotency-Key', message: 'must not begin with sha256: or retry:' }]);
      }
      const source = readLines(input.request, body, keyColumn);
      const acceptance = await acceptBatch(holdFirst(source), {
        validateOnly: query.validate_only ?? false,
        hasKeys: true,
        skips,
        bodyHash: () => `${body.bytes.copy().digest('hex')} ${keyColumn ?? ''}`,
        options: () => ({ ...optionsOf(query, body), idempotencyKey, retryOf: null }),
      });
      if (acceptance.kind === 'checked') return { status: 200, body: presentChecked(assets, acceptance, skips) };
      const answer = await answerBatch(acceptance.batch, 202, input);
      const isReplayed = acceptance.kind === 'replayed';
      if (!skips) return { ...answer, isReplayed };
      const skippedLines = await findSkippedLines(database, acceptance.batch.id);
      return { ...answer, body: { ...answer.body, skipped_lines: skippedLines }, isReplayed };
    },
  });

/** The prefixes of keys that the service gives to batches without one. */
const OWN_KEYS = /^(sha256|retry):/;

interface Asked extends Said {
  readonly on_invalid?: 'refuse' | 'skip' | undefined;
}

interface Said {
  readonly priority?: Priority | undefined;
  readonly atomic?: boolean | undefined;
  readonly line_events?: boolean | undefined;
}

/** @throws Problem if query and body contradict each other. */
function optionsOf(query: Asked, envelope: Envelope): Pick<BatchOptions, 'priority' | 'atomic' | 'lineEvents'> {
  const body: Said = envelope.rest === null ? {} : parseWith(jsonRest, envelope.rest);
  for (const name of ['priority', 'atomic', 'line_events'] as const) {
    if (query[name] !== undefined && body[name] !== undefined && query[name] !== body[name]) {
      throw invalid([{ path: name, message: 'differs between the query and the body' }]);
    }
  }
  const atomic = query.atomic ?? body.atomic ?? false;
  if (atomic && query.on_invalid === 'skip') {
    throw invalid([
      { path: 'on_invalid', message: 'must be refuse for an atomic batch, which is accepted as a whole' },
    ]);
  }
  return {
    priority: query.priority ?? body.priority ?? 'low',
    atomic,
    lineEvents: query.line_events ?? body.line_events ?? false,
  };
}

function presentChecked(
  assets: Assets,
  { lines, skippedLines, acceptedAs }: Extract<BatchAcceptance, { kind: 'checked' }>,
  skips: boolean,
): z.input<typeof checkedSchema> {
  const sums = new Map<number, bigint>();
  for (const { assetId, amount } of lines.totals) sums.set(assetId, (sums.get(assetId) ?? 0n) + amount);
  return {
    valid: true,
    total: lines.lines - lines.replayed - skippedLines.length,
    replayed: lines.replayed,
    skipped: skippedLines.length,
    ...(skips && { skipped_lines: [...skippedLines] }),
    sums: [...sums].map(([assetId, amount]) => {
      const { code, scale } = assets.withId(assetId);
      return { asset: code, total: formatAmount(amount, scale) };
    }),
    accepted_as: acceptedAs,
  };
}

const getBatch = ({ database, answerBatch }: { database: Database; answerBatch: AnswerBatch }) =>
  endpoint({
    method: 'get',
    name: 'getBatch',
    paths: ['/batches/{id}'],
    tag: 'Batches',
    summary: 'Read a batch',
    description:
      'Until it has finished, it says why it waits and when it is expected to end. With `Prefer: wait=N` it is ' +
      'answered as soon as it is completed, or after N seconds.',
    params: idParams,
    query: null,
    body: null,
    headers: z.object(preferHeader),
    scope: 'operations:read',
    answers: { 200: polledBatchSchema },
    problems: ['batch_not_found'],
    handle: async (input) => {
      const batch = await findBatch(database, input.params);
      return batch === null ? batchNotFound(input.params.id) : answerBatch(batch, 200, input);
    },
  });

const getBatches = ({ database, assets }: { database: Database; assets: Assets }) =>
  endpoint({
    method: 'get',
    name: 'listBatches',
    paths: ['/batches'],
    tag: 'Batches',
    summary: 'List batches, newest first',
    description: 'The time range applies to when they were accepted.',
    params: null,
    query: z.strictObject({
      status: z.enum(BATCH_STATUSES).optional().meta({ description: '`pending`: none of its operations has ended.' }),
      priority: z.enum(PRIORITIES).optional(),
      ...timeQuery,
      ...pageQuery,
    }),
    body: null,
    scope: 'operations:read',
    answers: { 200: pageOf(batchSchema) },
    problems: [],
    handle: async ({ query }) => {
      const filter = {
        status: query.status ?? null,
        priority: query.priority ?? null,
        from: query.from ?? null,
        to: query.to ?? null,
        before: CURSORS.read(query.cursor),
      };
      const found = await listBatches(database, filter, query.limit + 1);
      await assets.know(found.flatMap(({ totals }) => totals.map(({ assetId }) => assetId)));
      return answerPage({
        ...{ found, limit: query.limit, cursors: CURSORS },
        keyOf: ({ id }) => id,
        present: (batch) => presentBatch(batch, assets),
      });
    },
  });

const cancel = ({ database, answerBatch }: { database: Database; answerBatch: AnswerBatch }) =>
  endpoint({
    method: 'post',
    name: 'cancelBatch',
    paths: ['/batches/{id}/cancel'],
    tag: 'Batches',
    summary: 'Cancel the pending operations of a batch',
    description: 'Each of these operations fails with the code `cancelled`. What has succeeded stays.',
    params: idParams,
    query: null,
    body: null,
    headers: z.object(preferHeader),
    scope: 'operations:write',
    answers: { 202: polledBatchSchema, 200: polledBatchSchema },
    problems: ['batch_not_found', 'batch_finished'],
    handle: async (input) => {
      const cancelled = await cancelBatch(database, input.params.id);
      if (cancelled === 'already_finished') return new Problem('batch_finished', 'Nothing of the batch is pending.');
      const batch = await findBatch(database, input.params);
      return batch === null ? batchNotFound(input.params.id) : answerBatch(batch, 202, input);
    },
  });

const retry = ({ answerBatch, ...needs }: RetryNeeds & { answerBatch: AnswerBatch }) =>
  endpoint({
    method: 'post',
    accepts: 'batch',
    name: 'retryBatch',
    paths: ['/batches/{id}/retry'],
    tag: 'Batches',
    summary: 'Retry the failed lines of a batch',
    description:
      'They become a new batch, whose `retry_of` is this one. A batch is retried once: a second request returns the ' +
      'same new batch.',
    params: idParams,
    query: null,
    body: null,
    headers: z.object(preferHeader),
    scope: 'operations:write',
    answers: { 202: polledBatchSchema, 200: polledBatchSchema },
    problems: ['batch_not_found', 'batch_not_finished', 'nothing_to_retry', 'batch_archived', 'batch_refused'],
    handle: async (input) => {
      const batch = await findBatch(needs.database, input.params);
      if (batch === null) return batchNotFound(input.params.id);
      const acceptance = await retryBatch(needs, batch);
      if (acceptance instanceof Problem) return acceptance;
      if (acceptance.kind === 'checked') throw new Error('a retry is never only checked');
      return { ...(await answerBatch(acceptance.batch, 202, input)), isReplayed: acceptance.kind === 'replayed' };
    },
  });
