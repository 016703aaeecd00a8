import { z } from 'zod';
import { time } from '../http/fields.ts';
import { epochSchema } from './present-epoch.ts';
import { REASONS, REASON_CODES } from './reasons.ts';

const count = z.int().min(0);
const seconds = z.number().min(0);

const EXAMPLE = {
  ...{ status: 'degraded', version: '1.0.0', at: '2026-11-27T12:00:07.000Z' },
  reasons: [{ code: 'no_worker', message: REASONS.no_worker }],
  epoch: {
    ...{ id: '01a1fb00-0000-7000-8000-000000000000', began_at: '2026-11-01T08:00:00.000Z' },
    ...{ reason: 'first', complete_until: null },
  },
  rates: { accepted_per_second: 120.5, applied_per_second: 0, failed_per_second: 0 },
  pending: { operations: 4_820, batch_lines: 0, oldest_age_seconds: 40.2 },
  partitions: [{ partition: 3, pending: 4_820, oldest_age_seconds: 40.2 }],
  workers: [
    {
      ...{ name: 'worker-1:4711', version: '1.0.0', started_at: '2026-11-27T08:00:00.000Z' },
      ...{ seen_at: '2026-11-27T11:59:27.000Z', applied_last_minute: 7_230 },
    },
  ],
  batches: { accepted: 0, applying: 1, cancelling: 0 },
  webhooks: { endpoints: 2, paused: 1, pending_deliveries: 12, oldest_age_seconds: 95 },
  last_audit: { finished_at: '2026-11-27T03:10:00.000Z', violations: 0 },
  last_hour: [
    {
      ...{ at: '2026-11-27T11:58:00.000Z', accepted: 7_230, succeeded: 7_215, failed: 15 },
      ...{ pending: 0, oldest_age_seconds: 0 },
    },
  ],
};

export const statusSchema = z
  .strictObject({
    status: z.enum(['ok', 'degraded']),
    reasons: z.array(z.strictObject({ code: z.enum(REASON_CODES), message: z.string() })),
    version: z.string().meta({ example: '1.0.0' }),
    epoch: epochSchema,
    at: time.meta({ description: 'When this was computed. The same answer is given for up to a second.' }),
    rates: z
      .strictObject({ accepted_per_second: seconds, applied_per_second: seconds, failed_per_second: seconds })
      .meta({
        description:
          'Over the last minute. `applied` counts operations that succeeded; `accepted` is computed as ended ' +
          'operations plus the growth of the backlog.',
      }),
    pending: z.strictObject({
      operations: count.meta({ description: 'Single operations; counting stops at a limit.' }),
      batch_lines: count,
      oldest_age_seconds: seconds,
    }),
    partitions: z
      .array(z.strictObject({ partition: count, pending: count, oldest_age_seconds: seconds }))
      .max(100)
      .meta({ description: 'Partitions with pending operations, the longest wait first.' }),
    workers: z
      .array(
        z.strictObject({
          name: z.string().meta({ example: 'worker-1:4711' }),
          version: z.string(),
          started_at: time,
          seen_at: time,
          applied_last_minute: count.meta({
            description: 'Operations that succeeded or failed in the minute before `seen_at`.',
          }),
        }),
      )
      .meta({
        description:
          'Workers seen in the last ten minutes that have not stopped. One that was not seen for 10 s is gone.',
      }),
    batches: z.strictObject({ accepted: count, applying: count, cancelling: count }).meta({
      description: 'Unfinished batches: none of their lines has ended, some have, or the rest was cancelled.',
    }),
    webhooks: z.strictObject({
      endpoints: count,
      paused: count.meta({ description: 'Paused for a while because requests to them failed.' }),
      pending_deliveries: count.meta({ description: 'Of enabled endpoints; counted up to 10,000.' }),
      oldest_age_seconds: seconds,
    }),
    last_audit: z.strictObject({ finished_at: time, violations: count }).nullable().meta({
      description: 'The last `npm run audit` that finished and had the right to record it.',
    }),
    last_hour: z
      .array(
        z.strictObject({
          at: time.meta({ description: 'When the minute began.' }),
          accepted: count.meta({ description: 'Since the previous sample.' }),
          succeeded: count,
          failed: count,
          pending: count.meta({ description: 'At the end of the minute, as is the age.' }),
          oldest_age_seconds: seconds,
        }),
      )
      .max(60)
      .meta({
        description:
          'In chronological order. Workers record a sample each minute; while none runs there are no ' + 'samples.',
      }),
  })
  .meta({ id: 'Status', example: EXAMPLE });

export type PresentedStatus = z.input<typeof statusSchema>;
