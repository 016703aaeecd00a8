import { REJECTION_CODES, describeRejection } from '@wallet/shared/words/rejection';

it('every rejection has a sentence of its own', () => {
  expect(new Set(REJECTION_CODES.map(describeRejection)).size).toBe(REJECTION_CODES.length);
});
