import { canonicalOperation } from '@wallet/api/operations/canonical-operation';

it('canonicalOperation keeps fields apart', () => {
  const operation: Parameters<typeof canonicalOperation>[0] = {
    ...{ type: 'deposit' as const, walletId: 'w', toWalletId: null, amount: 1n },
    ...{ description: null, referenceId: null, metadata: null },
  };
  const texts = [
    operation,
    { ...operation, description: 'ab' },
    { ...operation, description: 'a', referenceId: 'b' },
    { ...operation, referenceId: 'ab' },
    { ...operation, metadata: '{"a":"b"}' },
    { ...operation, toWalletId: 'null' },
  ].map(canonicalOperation);
  expect(new Set(texts).size).toBe(texts.length);
});

it('canonicalOperation has what metadata says, in the order of its names', () => {
  const text = canonicalOperation({
    ...{ type: 'deposit', walletId: 'w', toWalletId: null, amount: 1n, description: null, referenceId: null },
    metadata: '{"b":1.50,"a":"\\u0078","10":-0,"2":1e-400}',
  });
  // Keys that were used before are held against the hash of this: it must not change.
  const metadata = '[["10",0],["2",0],["a","x"],["b",1.5]]';
  expect(text).toBe(`["deposit","w",null,"1",null,null,${JSON.stringify(metadata)}]`);
});
