import { canonicalUuid, newId } from '@wallet/shared/words/ids';

describe('canonicalUuid', () => {
  const canonical = '0192aaaa-bbbb-7ccc-8ddd-eeeeffff0000';

  it.each([
    canonical,
    '0192AAAA-BBBB-7CCC-8DDD-EEEEFFFF0000',
    '{0192aaaa-bbbb-7ccc-8ddd-eeeeffff0000}',
    '0192aaaabbbb7ccc8dddeeeeffff0000',
    '0192-aaaa-bbbb-7ccc-8ddd-eeee-ffff-0000',
  ])('reads %s', (spelling) => {
    expect(canonicalUuid(spelling)).toBe(canonical);
  });

  it.each([
    '',
    'x',
    canonical.slice(1),
    `${canonical}0`,
    `{${canonical}`,
    `${canonical}-`,
    '019-2aaaabbbb7ccc8dddeeeeffff0000',
  ])('refuses %j', (text) => {
    expect(canonicalUuid(text)).toBeNull();
  });

  it('leaves fresh ids as they are', () => {
    const id = newId();
    expect(canonicalUuid(id)).toBe(id);
  });
});
