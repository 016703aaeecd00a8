import { canonicalOperation } from '@wallet/api/operations/canonical-operation';

it('canonicalOperation keeps fields apart', () => {
  const operation: Parameters<typeof canonicalOperation>[0] = {
    ...{ type: 'deposit' as const, walletId: 'w', toWalletId: null, amount: 1n },
    ...{ description: null, referenceId: null, metadata: null, terms: null, executeAt: null },
  };
  const texts = [
    operation,
    { ...operation, description: 'ab' },
    { ...operation, description: 'a', referenceId: 'b' },
    { ...operation, referenceId: 'ab' },
    { ...operation, metadata: '{"a":"b"}' },
    { ...operation, toWalletId: 'null' },
    { ...operation, executeAt: new Date(0) },
  ].map(canonicalOperation);
  expect(new Set(texts).size).toBe(texts.length);
});

it('canonicalOperation contains metadata, sorted by name', () => {
  const text = canonicalOperation({
    ...{ type: 'deposit', walletId: 'w', toWalletId: null, amount: 1n, description: null, referenceId: null },
    terms: null,
    executeAt: null,
    metadata: '{"b":1.50,"a":"\\u0078","10":-0,"2":1e-400}',
  });
  // Keys that were used before are compared with the hash of this: it must not change.
  const metadata = '[["10",0],["2",0],["a","x"],["b",1.5]]';
  expect(text).toBe(`["deposit","w",null,"1",null,null,${JSON.stringify(metadata)}]`);
});

const NO_TERMS = {
  targetId: null,
  toAccountId: null,
  final: null,
  expiresAt: null,
  expiresInS: null,
  reason: null,
  legs: [],
};
const LEG = { fromAccountId: 1n, toAccountId: 2n, fromWalletId: null, toWalletId: null, amount: 3n, assetId: 4 };

it('canonicalOperation keeps terms apart, and an omitted amount from a given one', () => {
  const operation: Parameters<typeof canonicalOperation>[0] = {
    ...{ type: 'capture' as const, walletId: 'w', toWalletId: null, amount: null },
    ...{ description: null, referenceId: null, metadata: null, terms: NO_TERMS, executeAt: null },
  };
  const texts = [
    operation,
    { ...operation, amount: 1n },
    ...[
      { targetId: 'h' },
      { toAccountId: 1n },
      { final: true },
      { final: false },
      { expiresAt: new Date(0) },
      { expiresInS: 1 },
      { legs: [LEG] },
      { legs: [LEG, LEG] },
      ...[{ fromAccountId: 9n }, { toAccountId: 9n }, { amount: 9n }, { assetId: 9 }].map((other) => ({
        legs: [{ ...LEG, ...other }],
      })),
    ].map((said) => ({ ...operation, terms: { ...NO_TERMS, ...said } })),
  ].map(canonicalOperation);
  expect(new Set(texts).size).toBe(texts.length);
});

it('canonicalOperation contains terms as requested', () => {
  const text = canonicalOperation({
    ...{
      type: 'hold',
      walletId: 'w',
      toWalletId: null,
      amount: 1n,
      description: null,
      referenceId: 'r',
      metadata: null,
      executeAt: null,
    },
    terms: { ...NO_TERMS, expiresInS: 60 },
  });
  // As above: it must not change.
  expect(text).toBe('["hold","w",null,"1",null,"r",null,[null,null,null,null,60,[]]]');
});
