import {
  amount,
  flag,
  idParams,
  momentFrom,
  operationExtras,
  toFieldErrors,
  tryWith,
  wholeNumber,
} from '@wallet/api/http/schemas';
import { z } from 'zod';

const schema = z.strictObject({
  type: z.enum(['deposit', 'transfer']),
  amount,
  ...idParams.shape,
  from: momentFrom.optional(),
  limit: wholeNumber(1, 100).optional(),
  dry_run: flag.optional(),
  url: z.url().optional(),
  final: z.boolean().optional(),
  legs: z.array(z.string()).min(1).max(2).optional(),
  name: z.string().min(1).max(5).optional(),
  metadata: operationExtras.metadata,
});
const good = { type: 'deposit', amount: '1.00', id: 'a11ce000-0000-4000-8002-000000000004' };

function messageFor(value: object, field: string): string | undefined {
  const { error } = tryWith(schema, value);
  return error && toFieldErrors(error).find(({ path }) => path === field)?.message;
}

it('accepts well-formed input', () => {
  expect(tryWith(schema, good).data).toEqual(good);
});

it.each([
  ['type', undefined, 'is required: one of deposit, transfer'],
  ['type', 'gift', 'must be one of deposit, transfer'],
  ['amount', undefined, 'is required: a decimal such as "25.00"'],
  ['id', undefined, 'is required: a UUID such as a11ce000-0000-4000-8002-000000000004'],
  ['id', 'x', 'must be a UUID such as a11ce000-0000-4000-8002-000000000004'],
  ['from', '31.01.2026', expect.stringMatching(/^must be a moment such as 2026-01-31T12:00:00.000Z/)],
  ['limit', '0', 'must be at least 1'],
  ['limit', '101', 'must be at most 100'],
  ['limit', 'ten', 'must be a whole number in decimal digits'],
  ['dry_run', 'yes', 'must be true or false'],
  ['url', 'example', 'must be a URL such as https://example.com/hooks'],
  ['final', 'yes', 'must be true or false'],
  ['legs', [], 'must be at least 1 element long'],
  ['legs', ['a', 'b', 'c'], 'must be at most 2 elements long'],
  ['name', '', 'must be at least 1 character long'],
  ['metadata', [], 'must be an object such as {"campaign":"spring"}'],
  ['final_', true, expect.stringMatching(/^is not known here\. Known: type, amount, id, /)],
])('%s of %j %s', (field, value, words) => {
  expect(messageFor({ ...good, [field]: value }, field)).toEqual(words);
});

it('names a key of metadata that is not allowed, and each unknown field', () => {
  expect(messageFor({ ...good, metadata: { 'a b': 1 } }, 'metadata.a b')).toBe(
    'has a name that is not allowed: it must be 1 to 64 of A-Z a-z 0-9 _ . -',
  );
  expect(messageFor({ ...good, bad: 1, worse: 2 }, 'worse')).toMatch(/^is not known here/);
});
