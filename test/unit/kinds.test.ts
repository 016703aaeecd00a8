import { lineSchema } from '@wallet/api/operations/general-operation';
import { toFieldErrors } from '@wallet/api/http/schemas';
import { type Kind, KINDS, type Naming, PARTIES, signOf } from '@wallet/shared/words/kinds';
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
});

describe.each(OPERATION_TYPES)('a line of the kind %s', (type) => {
  const id = 'a11ce000-0000-4000-8002-000000000004';
  /** The fields that name the accounts, and the amount, if required. */
  const FORMS: Record<Naming, Readonly<Record<string, unknown>>> = {
    wallet: { wallet_id: id, amount: '1.00' },
    two_wallets: { from_wallet_id: id, to_wallet_id: id, amount: '1.00' },
    user: { external_user_id: 'user_alice', asset: 'USD', amount: '1.00' },
    hold: { hold_id: id },
    operation: { operation_id: id },
    legs: { legs: [{ from: { wallet_id: id }, to: { account: 'treasury' }, amount: '1.00' }] },
  };
  const { namedBy }: Kind = KINDS[type];
  const isLine = (fields: object): boolean => lineSchema.safeParse({ type, ...fields }).success;

  it('names its accounts in its own ways, and in no other', () => {
    for (const [name, fields] of Object.entries(FORMS)) {
      expect({ name, isLine: isLine(fields) }).toEqual({ name, isLine: namedBy.some((each) => each === name) });
    }
  });

  it('has an amount, may omit it, or has none', () => {
    const [fields] = namedBy.map((name) => FORMS[name]);
    const open = Object.fromEntries(Object.entries(fields!).filter(([name]) => name !== 'amount'));
    const may = { open: isLine(open), said: isLine({ ...fields, amount: '1.00' }) };
    const isOpen = ['hold', 'operation'].includes(namedBy[0]!);
    expect(may).toEqual({ open: isOpen || type === 'posting', said: type !== 'posting' });
  });

  it('has the other fields of its kind, what every line may have, and nothing else', () => {
    const [fields] = namedBy.map((name) => FORMS[name]);
    const others = {
      description: 'x',
      reference_id: 'x',
      idempotency_key: 'x',
      metadata: { x: 1 },
      expires_at: '2026-12-31T12:00:00Z',
      expires_in: 60,
      final: false,
      to_account: 'fees',
      priority: 'high',
      reason: 'expired',
    };
    const taken = Object.entries(others).filter(([name, value]) => isLine({ ...fields, [name]: value }));
    const own = { hold: ['expires_at', 'expires_in'], capture: ['final', 'to_account'] };
    expect(taken.map(([name]) => name)).toEqual([
      ...['description', 'reference_id', 'idempotency_key', 'metadata'],
      ...(type === 'hold' || type === 'capture' ? own[type] : []),
    ]);
  });
});

it('a line of an unknown kind is answered with all kinds, and one of a known kind with what it lacks', () => {
  const problemOf = (line: object) => toFieldErrors(lineSchema.safeParse(line).error!)[0];
  expect(problemOf({ type: 'gift', wallet_id: 'x' })).toEqual({
    path: 'type',
    message: `must be one of ${OPERATION_TYPES.join(', ')}`,
  });
  expect(problemOf({ type: 'capture', wallet_id: 'x' })).toMatchObject({ path: 'hold_id' });
  expect(problemOf({ type: 'transfer', wallet_id: 'x', amount: 1 })).toMatchObject({ path: 'from_wallet_id' });
});
