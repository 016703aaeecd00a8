import { PRIORITIES } from '@wallet/shared/words/operation';
import { BATCH_STATUSES } from '@wallet/shared/database/tables/batches';
import { z } from 'zod';
import { money, time } from '../http/fields.ts';
import { waitingFields } from '../http/waiting.ts';
import { lineSchema } from '../operations/general-operation.ts';

/** Batches as they are sent and answered. */

export const batchSchema = z
  .strictObject({
    id: z.uuid(),
    status: z.enum(BATCH_STATUSES),
    total: z.int().meta({ description: 'Operations of this batch.' }),
    pending: z.int(),
    succeeded: z.int(),
    failed: z.int(),
    replayed: z.int().meta({
      description: 'Lines that had been accepted before under their own keys. They are not operations of this batch.',
    }),
    skipped: z.int().meta({
      description: 'Invalid lines that `on_invalid=skip` left out. They are not operations of this batch.',
    }),
    sums: z.array(z.strictObject({ asset: z.string(), total: money, succeeded: money, failed: money, pending: money })),
    priority: z.enum(PRIORITIES),
    atomic: z.boolean(),
    line_events: z.boolean(),
    idempotency_key: z.string(),
    retry_of: z.uuid().nullable(),
    accepted_at: time,
    started_at: time.nullable(),
    cancelled_at: time.nullable(),
    finished_at: time.nullable(),
    operations_per_second: z
      .number()
      .nullable()
      .meta({ description: 'From the first operation that ended until now.' }),
    estimated_finish_at: time.nullable(),
  })
  .meta({
    id: 'Batch',
    description:
      'Many operations accepted together. Each succeeds or fails on its own, unless ' + 'the batch is atomic.',
  });

/** A batch requested on its own: until it has finished, it says why. */
export const polledBatchSchema = batchSchema
  .extend({
    ...waitingFields,
    ahead: z
      .int()
      .min(0)
      .nullable()
      .optional()
      .meta({
        description:
          'Until it has finished: how many other operations are applied before its last line, over all of its ' +
          'partitions.',
      }),
  })
  .meta({
    id: 'PolledBatch',
    description: 'A batch; until it has finished, also why it waits and when it is expected ' + 'to end.',
  });

const skippedLines = z
  .array(z.strictObject({ line: z.int(), field: z.string(), message: z.string() }))
  .optional()
  .meta({
    description: 'With `on_invalid=skip`: the lines that were left out, and why. Every replay returns the same list.',
  });

/** A batch that was just asked for, in answer to that. */
export const acceptedBatchSchema = polledBatchSchema
  .extend({ skipped_lines: skippedLines })
  .meta({ id: 'AcceptedBatch', description: 'A batch that was accepted, with the lines that were left out of it.' });

export const jsonBody = z.strictObject({
  operations: z.array(lineSchema).min(1),
  priority: z.enum(PRIORITIES).optional(),
  atomic: z.boolean().optional(),
  line_events: z.boolean().optional(),
});
/** The rest of a JSON body without its operations. */
export const jsonRest = jsonBody.extend({ operations: z.array(z.unknown()) });

/** How CSV is read, for the document. */
export const TABLE = [
  'RFC 4180, or CSV as spreadsheets save it. The header names the fields of an operation, in any case.',
  'Fields are separated by commas, semicolons, tabs or `|`, as the header shows or a first line `sep=;` says;',
  'lines end in LF, CRLF or CR; text is UTF-8, or UTF-16 with a byte order mark.',
  'Empty lines and columns without a name are ignored.',
  'Where commas do not separate fields, `12,50` is read as 12.50, and an amount such as `1,000` or `1.000`, which is one',
  'in some countries and a thousand in others, is refused. The same operations are the same batch in any format.',
  "The CSV export of a batch's failed operations can be corrected and sent back: result columns are dropped, and each",
  'line is accepted once, under the key `retry-of:` followed by the id of the failed operation.',
].join(' ');

export const checkedSchema = z
  .strictObject({
    valid: z.literal(true),
    total: z.int(),
    replayed: z.int(),
    skipped: z.int(),
    skipped_lines: skippedLines,
    sums: z.array(z.strictObject({ asset: z.string(), total: money })),
    accepted_as: z.uuid().nullable().meta({
      description: 'The batch in which the same content was accepted before; then nothing would be accepted again.',
    }),
  })
  .meta({ id: 'CheckedBatch', description: 'A batch that would be accepted.' });
