import { idempotencyKeyOf } from '@wallet/api/http/idempotency-key';

describe('idempotencyKeyOf', () => {
  it('takes the key bare or quoted, from one place or from several that agree', () => {
    expect(idempotencyKeyOf('k1')).toBe('k1');
    expect(idempotencyKeyOf(' "k1" ', 'k1', null)).toBe('k1');
    expect(idempotencyKeyOf(undefined, undefined, 'k2')).toBe('k2');
    expect(idempotencyKeyOf(undefined, null)).toBeNull();
  });

  it.each(['', '""', 'a b', '"a', 'é'])('refuses the header %j', (header) => {
    expect(idempotencyKeyOf(header)).toMatchObject({ code: 'invalid_request', field: 'Idempotency-Key' });
  });
});
