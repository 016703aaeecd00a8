import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from '../http/problem.ts';

const CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

const fieldError = z
  .strictObject({ path: z.string(), message: z.string() })
  .meta({ id: 'FieldError', description: 'What is wrong with a field of the request.' });

const lineError = z
  .strictObject({ line: z.int(), field: z.string(), message: z.string() })
  .meta({ id: 'LineError', description: 'What is wrong with a field of a line of a batch.' });

export const problemSchema = z
  .strictObject({
    type: z.string().meta({ description: 'A page about the code.', example: '/problems/invalid_request' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(CODES),
    request_id: z.string(),
    errors: z.array(z.union([fieldError, lineError])).optional(),
    operation_id: z.string().optional().meta({ description: 'The archived operation whose key was sent again.' }),
    month: z
      .string()
      .optional()
      .meta({ description: 'The archived data is in the files of this month (`YYYY-MM`) or of a later one.' }),
    archived_before: z.iso
      .datetime()
      .optional()
      .meta({ description: 'Operations created, and movements made, before this time are in the archives.' }),
    epoch: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'The current epoch, if the cursor is of another ' + 'one.' }),
    complete_until: z.iso
      .datetime()
      .nullable()
      .optional()
      .meta({
        description:
          'Operations acknowledged up to this time are in the current epoch. Those acknowledged later may be ' +
          'missing: send them again under the same keys. Null if the time is not known.',
      }),
    continue_after: z
      .string()
      .nullable()
      .optional()
      .meta({
        description:
          'The cursor to send as `after`: every unread event of the current epoch follows it. Null if it is not ' +
          'known: then read without `after`.',
      }),
    events_in_doubt: z
      .int()
      .nullable()
      .optional()
      .meta({
        description:
          'How many positions behind `continue_after` were read in the ended epoch. Each of their events is missing, ' +
          'comes again under its id, or is replaced by another of the same operation. Null if that is not known.',
      }),
  })
  .meta({ id: 'Problem', description: 'Why a request was refused (RFC 9457). `code` is stable.' });
