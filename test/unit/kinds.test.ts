import { lineSchema } from '@wallet/api/operations/general-operation';
import { type Kind, KINDS, PARTIES, signOf } from '@wallet/shared/words/kinds';
import { OPERATION_TYPES } from '@wallet/shared/words/operation';

/** What those with terms move, their terms say. */
const SIMPLE_TYPES = OPERATION_TYPES.filter((type) => !KINDS[type].hasTerms);

describe.each(SIMPLE_TYPES)('the kind %s', (type) => {
  const kind: Kind = KINDS[type];

  it('has two entries, of which one is on its wallet', () => {
    const signs = PARTIES.map((party) => signOf(kind, party)).filter((sign) => sign !== null);
    expect(signs.toSorted()).toEqual([-1, 1]);
    expect(signOf(kind, 'wallet')).not.toBeNull();
  });

  it('is applied in sets only if it moves between a wallet and the treasury, and has no rule of its own', () => {
    const knownToSets = signOf(kind, 'receiver') === null && kind.rule === null;
    expect(kind.inSets && !knownToSets).toBe(false);
  });

  it('names a receiver if it has one', () => {
    expect(kind.namedBy.includes('two_wallets')).toBe(signOf(kind, 'receiver') !== null);
    expect(kind.namedBy.includes('wallet') || kind.namedBy.includes('user')).toBe(signOf(kind, 'receiver') === null);
  });

  it('is a line in the ways in which its wallets are named, and in no other', () => {
    const id = 'a11ce000-0000-4000-8002-000000000004';
    const fields = {
      wallet: { wallet_id: id },
      two_wallets: { from_wallet_id: id, to_wallet_id: id },
      user: { external_user_id: 'user_alice', asset: 'USD' },
    };
    for (const [name, value] of Object.entries(fields)) {
      const { success } = lineSchema.safeParse({ type, amount: '1.00', ...value });
      expect({ name, success }).toEqual({ name, success: kind.namedBy.some((each) => each === name) });
    }
  });
});
