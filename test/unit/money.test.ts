import { MAX_MINOR_UNITS, formatAmount, parseAmount, parseLimit } from '@wallet/shared/words/money';
import fc from 'fast-check';

describe('parseAmount', () => {
  it.each([
    ['1', 2, 100n],
    ['12.5', 2, 1250n],
    ['12.50', 2, 1250n],
    ['0.01', 2, 1n],
    ['92233720368547758.07', 2, MAX_MINOR_UNITS],
    ['0.000000001', 9, 1n],
  ])('reads %s at scale %i', (text, scale, minorUnits) => {
    expect(parseAmount(text, scale)).toEqual({ ok: true, minorUnits });
  });

  it.each([
    ['1.001', 2, 'too_many_decimals'],
    ['1.000', 2, 'too_many_decimals'],
    ['0.001', 2, 'too_many_decimals'],
    ['1.5', 0, 'too_many_decimals'],
    ['0', 2, 'not_positive'],
    ['0.00', 2, 'not_positive'],
    ['-1', 2, 'not_positive'],
    ['-0', 2, 'not_positive'],
    ['92233720368547758.08', 2, 'too_large'],
    ['', 2, 'not_a_decimal'],
    [' 12 ', 2, 'not_a_decimal'],
    ['0x10', 2, 'not_a_decimal'],
    ['1e2', 2, 'not_a_decimal'],
    ['1_000', 2, 'not_a_decimal'],
    ['007', 2, 'not_a_decimal'],
    ['00', 2, 'not_a_decimal'],
    ['01.5', 2, 'not_a_decimal'],
    ['١', 2, 'not_a_decimal'],
    ['1'.repeat(41), 2, 'not_a_decimal'],
  ])('refuses %j at scale %i: %s', (text, scale, problem) => {
    expect(parseAmount(text, scale)).toEqual({ ok: false, problem });
  });

  it('reads back what formatAmount writes', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, MAX_MINOR_UNITS), fc.integer({ min: 0, max: 9 }), (minorUnits, scale) => {
        expect(parseAmount(formatAmount(minorUnits, scale), scale)).toEqual({ ok: true, minorUnits });
      }),
    );
  });
});

describe('parseLimit', () => {
  it.each([
    ['0', 2, 0n],
    ['0.0', 2, 0n],
    ['0.00', 2, 0n],
    ['0', 0, 0n],
    ['12.5', 2, 1250n],
  ])('reads %s at scale %i', (text, scale, minorUnits) => {
    expect(parseLimit(text, scale)).toEqual({ ok: true, minorUnits });
  });

  it.each([
    ['0.000', 2, 'too_many_decimals'],
    ['0.0', 0, 'too_many_decimals'],
    ['-0', 2, 'not_positive'],
    ['-1', 2, 'not_positive'],
    ['00', 2, 'not_a_decimal'],
    ['0.', 2, 'not_a_decimal'],
    ['92233720368547758.08', 2, 'too_large'],
  ])('refuses %j at scale %i: %s', (text, scale, problem) => {
    expect(parseLimit(text, scale)).toEqual({ ok: false, problem });
  });
});

describe('formatAmount', () => {
  it.each([
    [0n, 2, '0.00'],
    [5n, 2, '0.05'],
    [-5n, 2, '-0.05'],
    [-1250n, 2, '-12.50'],
    [7n, 0, '7'],
  ])('writes %s at scale %i', (minorUnits, scale, text) => {
    expect(formatAmount(minorUnits, scale)).toBe(text);
  });
});
