import { canonicalUuid } from '@wallet/shared/words/ids';
import { type Moment, parseMoment } from '@wallet/shared/words/moment';
import { DESCRIPTION_LIMIT, KEY_PATTERN, PRIORITIES } from '@wallet/shared/words/operation';
import { z } from 'zod';
import { explainIssue, mustBe } from './explain-issue.ts';
import { type FieldError, Problem } from './problem.ts';

/** Common parts of requests. */

const UUID = 'a UUID such as a11ce000-0000-4000-8002-000000000004';
const MOMENT = 'a moment such as 2026-01-31T12:00:00.000Z (RFC 3339; in an address, + is written %2B)';

/** Any spelling of a uuid that Postgres takes; canonical after parsing. */
export const uuid = z
  .string({ error: mustBe(UUID) })
  .transform((text, context) => {
    const id = canonicalUuid(text);
    if (id !== null) return id;
    context.addIssue({ code: 'custom', message: `must be ${UUID}` });
    return z.NEVER;
  })
  .meta({ format: 'uuid', example: 'a11ce000-0000-4000-8002-000000000004' });

function moment(side: keyof Moment) {
  return z
    .string({ error: mustBe(MOMENT) })
    .transform((text, context) => {
      const read = parseMoment(text);
      if (read !== null) return read[side];
      context.addIssue({ code: 'custom', message: `must be ${MOMENT}` });
      return z.NEVER;
    })
    .meta({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' });
}

/** An inclusive upper bound, rounded down: an item shown with its millisecond is not after it. */
export const momentUpTo = moment('floor');
/** An inclusive lower or exclusive upper bound, rounded up to the first millisecond that is not before it. */
export const momentFrom = moment('ceiling');

/**
 * An amount as decimal text. `parseAmount` checks its spelling once the asset is known; `parseStrictJson` has replaced
 * JSON numbers by their source text.
 */
export const amount = z
  .union([z.string().max(64), z.number()], { error: mustBe('a decimal such as "25.00"') })
  .transform((value) => (typeof value === 'number' ? String(value) : value))
  .meta({
    description:
      'Greater than zero, in digits, with at most as many decimals as the asset has. Leading zeros, exponents, spaces and ' +
      'separators are refused, in JSON and CSV alike.',
    example: '25.00',
  });

/** A key or a reference. */
export const key = z
  .string()
  .regex(KEY_PATTERN, 'must be 1 to 255 of A-Z a-z 0-9 _ . : -')
  .meta({ example: 'order-4711' });

/** Text that Postgres stores and JSON carries unchanged. */
export function text(limit: number) {
  return z
    .string()
    .max(limit)
    .refine((value) => value.isWellFormed() && !value.includes('\0'), 'must be well-formed text without NUL');
}

/** Decimal digits only: `Number` would also accept `0x10`, `1e1` and surrounding spaces. */
const DIGITS = /^(0|[1-9]\d{0,14})$/;

const ofWholeNumber = (issue: z.core.$ZodRawIssue): string | undefined =>
  issue.code === 'invalid_type' ? mustBe('a whole number in decimal digits')(issue) : explainIssue(issue);

/** A whole number in a query. The document shows it as an integer. */
export function wholeNumber(least: number, most: number) {
  return z.preprocess(
    (text) => (typeof text === 'string' && DIGITS.test(text) ? Number(text) : text),
    z.int({ error: ofWholeNumber }).min(least).max(most),
  );
}

/** A boolean in a query. The document shows it as a boolean. */
export const flag = z.preprocess(
  (text) => (text === 'true' ? true : text === 'false' ? false : text),
  z.boolean({ error: 'must be true or false' }),
);

export const assetCode = z.string().max(16).meta({ description: 'The code of an asset.', example: 'USD' });

const METADATA_KEYS = 20;
const METADATA_VALUE = 500;

/** A flat object that is stored with an operation and returned with it. */
const metadata = z
  .record(
    z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ . -'),
    z.union([text(METADATA_VALUE), z.number(), z.boolean(), z.null()], {
      error: `must be text of at most ${METADATA_VALUE} characters, a number, true, false or null`,
    }),
  )
  .refine((value) => Object.keys(value).length <= METADATA_KEYS, `must have at most ${METADATA_KEYS} fields`)
  .meta({
    description:
      'A flat object of your own. It is returned as it was sent: the order of names and the spelling of numbers are ' +
      'kept, whitespace is not.',
    example: { campaign: 'spring' },
  });

/** Optional fields of every operation. */
export const operationExtras = {
  description: text(DESCRIPTION_LIMIT).nullish(),
  reference_id: key.nullish(),
  idempotency_key: key.nullish(),
  metadata: metadata.nullish(),
};

/** Optional fields of a single operation. */
export const singleExtras = {
  ...operationExtras,
  priority: z.enum(PRIORITIES).optional().meta({
    description: '`high` (the default) does not wait for operations of `low` priority of other wallets.',
  }),
  execute_at: momentFrom.nullish().meta({
    description:
      'When to execute it: in the future, at most 365 days ahead. Until then it is `scheduled`; then it is queued ' +
      'behind ' +
      "everything accepted for its wallet, within 2 s by the database's clock.",
    example: '2026-12-31T12:00:00.000Z',
  }),
};

/** Headers for the document; each is read where it is used. */
export const preferHeader = {
  Prefer: z.string().optional().meta({
    description: '`wait=N`: answer when the operation is final, after N ≤ 30 s at the latest (RFC 7240).',
    example: 'wait=5',
  }),
};
export const keyHeader = {
  'Idempotency-Key': key.optional().meta({
    description:
      'Names this request, so that it can be repeated safely. The same as `idempotency_key` and `reference_id` in the body.',
  }),
};

export const idParams = z.strictObject({ id: uuid });

/** @throws Problem `invalid_request` with every field that is wrong. */
export function parseWith<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = tryWith(schema, value);
  if (result.success) return result.data;
  throw invalid(toFieldErrors(result.error));
}

/**
 * Like the schema's own `safeParse`, with errors in the words of this API. What is wrong is read twice: with a word of
 * its own for errors, zod leaves the way that it compiles for a schema, which takes a quarter of the time.
 */
export function tryWith<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.ZodSafeParseResult<z.output<Schema>> {
  const read = schema.safeParse(value);
  return read.success ? read : schema.safeParse(value, WORDED);
}

const WORDED = { error: explainIssue };

export function toFieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap(narrow).flatMap((issue) => {
    const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    return paths.map((path) => ({ path: path.join('.'), message: issue.message }));
  });
}

/**
 * For a choice between objects, the issues of the one that was most likely meant, instead of "does not match": of those
 * with the `type` that was sent, if there are any.
 */
function narrow(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.path.length > 0) return [issue];
  const ofType = issue.errors.filter((issues) => !issues.some(({ path }) => path[0] === 'type'));
  const [nearest] = (ofType.length > 0 ? ofType : issue.errors).toSorted((a, b) => a.length - b.length);
  return nearest && nearest.length > 0 ? nearest : [issue];
}

export function invalid(errors: readonly FieldError[]): Problem<'invalid_request'> {
  const [first] = errors;
  const where = first?.path ? `${first.path}: ` : '';
  return new Problem('invalid_request', `${where}${first?.message ?? 'the request is not valid'}`, { errors });
}
