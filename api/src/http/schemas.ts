import { canonicalUuid } from '@wallet/shared/ids';
import { DESCRIPTION_LIMIT, KEY_PATTERN } from '@wallet/shared/operation';
import { z } from 'zod';
import { type FieldError, Problem } from './problem.ts';

/** Any spelling of a uuid; canonical after parsing. */
export const uuidSchema = z.string().transform((text, context) => {
  const id = canonicalUuid(text);
  if (id !== null) return id;
  context.addIssue({ code: 'custom', message: 'must be a uuid' });
  return z.NEVER;
});

/** An amount as decimal text, from a decimal string or a JSON number; its asset's scale is checked later. */
const amountSchema = z
  .union([z.string().max(64), z.number()], { error: 'must be a decimal string or a number' })
  .transform((value) => (typeof value === 'number' ? String(value) : value));

const keySchema = z.string().regex(KEY_PATTERN, 'must be 1 to 255 of A-Z a-z 0-9 _ . : -');

const descriptionSchema = z
  .string()
  .max(DESCRIPTION_LIMIT)
  .refine((text) => text.isWellFormed() && !text.includes('\0'), 'must be well-formed text without NUL');

export const walletOperationSchema = z.strictObject({
  operation_type: z.enum(['DEPOSIT', 'WITHDRAW']),
  amount: amountSchema,
  description: descriptionSchema.nullish(),
  reference_id: keySchema.nullish(),
  idempotency_key: keySchema.nullish(),
});

export const newWalletSchema = z.strictObject({
  id: uuidSchema.nullish(),
  client_id: uuidSchema.nullish(),
  asset: z.string().max(16).default('USD'),
});

/** @throws Problem `invalid_request` with every field that is wrong. */
export function parseWith<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalid(result.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })));
}

export function invalid(errors: readonly FieldError[]): Problem {
  const [first] = errors;
  const where = first?.path ? `${first.path}: ` : '';
  return new Problem('invalid_request', `${where}${first?.message ?? 'the request is not valid'}`, { errors });
}
