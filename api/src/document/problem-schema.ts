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
    operation_id: z.string().optional().meta({ description: 'Of an archived operation whose key was sent again.' }),
    month: z
      .string()
      .optional()
      .meta({ description: 'Of what is in the archives: in the files of this month, `YYYY-MM`, or of a later one.' }),
    archived_before: z.iso
      .datetime()
      .optional()
      .meta({ description: 'What was made, or moved, before this moment is in the archives.' }),
    epoch: z.string().nullable().optional().meta({ description: 'The present epoch, where the cursor is of another.' }),
    complete_until: z.iso
      .datetime()
      .nullable()
      .optional()
      .meta({
        description:
          'What was acknowledged up to this moment is in the present epoch. What was acknowledged later can be missing: send it again, ' +
          'under the same keys. Null if the moment is not known.',
      }),
    continue_after: z
      .string()
      .nullable()
      .optional()
      .meta({
        description:
          'The cursor, for `after`, from which everything of the present epoch follows that was not read. Null if it is not known: ' +
          'then read without `after`.',
      }),
    events_in_doubt: z
      .int()
      .nullable()
      .optional()
      .meta({
        description:
          'How many positions behind `continue_after` were read in the epoch that has ended. Each of their events is missing, comes again ' +
          'under its id, or is replaced by another of the same operation. Null if that is not known.',
      }),
  })
  .meta({ id: 'Problem', description: 'Why a request was refused (RFC 9457). `code` is stable.' });
