import { KINDS, isReversible } from '@wallet/shared/words/kinds';
import { OPERATION_TYPES, WALLET_STATUSES } from '@wallet/shared/words/operation';
import fc from 'fast-check';
import { type ModelOperation, type Move, TREASURY } from './model.ts';

/** Operations of all kinds, on two wallets of each of two assets, of which one may be transferred, and two house accounts. */

export const ASSETS_OF_TERMS = ['USD', 'GOLD'] as const;
/** Of each asset. The reserve may not go below zero. */
export const HOUSES = ['fees', 'reserve'] as const;

const WALLETS = ASSETS_OF_TERMS.flatMap((asset) => [1, 2].map((number) => `${asset} wallet ${number}`));
/** By the name of the account in the model. */
export function assetOf(account: string): (typeof ASSETS_OF_TERMS)[number] {
  return account.startsWith('USD') ? 'USD' : 'GOLD';
}

const rarely = <Value>(rare: fc.Arbitrary<Value>, usual: fc.Arbitrary<Value>, weight = 9): fc.Arbitrary<Value> =>
  fc.oneof({ arbitrary: usual, weight }, { arbitrary: rare, weight: 1 });

const anyWallet = fc.record({
  balance: fc.oneof(fc.bigInt(0n, 30n), fc.bigInt(30n, 100n)),
  credit: rarely(fc.bigInt(1n, 30n), fc.constant(0n), 4),
  status: rarely(fc.constantFrom(...WALLET_STATUSES), fc.constant('active' as const)),
});

const anyAmount = fc.bigInt(1n, 30n);
/** Of a leg, by numbers; `exchanges` is between accounts of the other asset. */
const anyEnds = fc.record({
  from: fc.nat({ max: 4 }),
  step: fc.integer({ min: 1, max: 4 }),
  amount: anyAmount,
  exchanges: rarely(fc.constant(true), fc.constant(false), 3),
});
const anyDraw = fc.record({
  type: fc.oneof(
    fc.constantFrom(...OPERATION_TYPES),
    fc.constantFrom(...OPERATION_TYPES.filter((type) => KINDS[type].hasTerms)),
  ),
  wallet: fc.constantFrom(...WALLETS),
  amount: anyAmount,
  isOpen: fc.boolean(),
  target: fc.nat(),
  to: fc.constantFrom('wallet', 'treasury', ...HOUSES),
  final: fc.boolean(),
  ends: fc.array(anyEnds, {
    minLength: 1,
    maxLength: 4,
  }),
  cancelled: rarely(fc.constant(true), fc.constant(false), 19),
  unit: fc.constantFrom(null, null, null, 'one', 'other'),
});
type Draw = typeof anyDraw extends fc.Arbitrary<infer Value> ? Value : never;

export type AnyOperation = ModelOperation & { readonly id: string; readonly unit: string | null };

/** The other wallet of the asset. */
function otherOf(wallet: string): string {
  return wallet.endsWith('1') ? wallet.replace('1', '2') : wallet.replace('2', '1');
}

function exchangedOf(wallet: string): string {
  return wallet.startsWith('USD') ? wallet.replace('USD', 'GOLD') : wallet.replace('GOLD', 'USD');
}

/** Draws as operations. What they name is another of them, most often one before them, of a kind that can be named. */
function toOperations(draws: readonly Draw[]): AnyOperation[] {
  return draws.map((_draw, index) => toOperation(draws, index));
}

function toOperation(draws: readonly Draw[], index: number): AnyOperation {
  const draw = draws[index]!;
  const { type, wallet, amount, unit, cancelled } = draw;
  const common = { id: String(index), unit, cancelled };
  if (type === 'transfer') return { ...common, type, wallet, to: otherOf(wallet), amount };
  if (type === 'posting') {
    const legs = legsOf(draw);
    const first = legs.flatMap(({ from, to }) => [from, to]).find((name) => WALLETS.includes(name));
    return { ...common, type, wallet: first ?? wallet, amount: null, legs };
  }
  if (!KINDS[type].hasTerms || type === 'hold') return { ...common, type, wallet, amount };
  const target = targetOf(draws, index);
  // There is nothing to name.
  if (target === undefined) return { ...common, type: 'deposit', wallet, amount };
  const named = toOperation(draws, target);
  const asked = draw.isOpen || (type === 'reversal' && named.type === 'posting') ? null : amount;
  const back = { ...common, wallet: named.wallet, amount: asked, target: named.id };
  if (type !== 'capture') return { ...back, type };
  const { to, final } = draw;
  if (to === 'wallet') return { ...back, type, to: otherOf(named.wallet), final };
  return { ...back, type, final, house: to === 'treasury' ? TREASURY : `${assetOf(named.wallet)} ${to}` };
}

function targetOf(draws: readonly Draw[], index: number): number | undefined {
  const { type, target } = draws[index]!;
  const all = draws.flatMap((draw, number) =>
    (type === 'reversal' ? isReversible(draw.type) : draw.type === 'hold') ? [number] : [],
  );
  const before = all.filter((number) => number < index);
  const among = before.length > 0 && target % 8 > 0 ? before : all;
  return among[target % Math.max(1, among.length)];
}

function legsOf({ wallet, ends }: Draw): Move[] {
  const namesOf = (own: string): string[] => [
    ...[own, otherOf(own)],
    ...HOUSES.map((name) => `${assetOf(own)} ${name}`),
    TREASURY,
  ];
  const legs = ends.map(({ from, step, amount, exchanges }) => {
    const names = namesOf(exchanges ? exchangedOf(wallet) : wallet);
    return { from: names[from]!, to: names[(from + step) % names.length]!, amount };
  });
  const isWallet = (name: string): boolean => WALLETS.includes(name);
  if (legs.some(({ from, to }) => isWallet(from) || isWallet(to))) return legs;
  return [{ from: wallet, to: TREASURY, amount: legs[0]!.amount }, ...legs.slice(1)];
}

export const anyTermsRun = fc.record({
  wallets: fc
    .tuple(anyWallet, anyWallet, anyWallet, anyWallet)
    .map((all) => new Map(WALLETS.map((name, index) => [name, all[index]!]))),
  operations: fc.array(anyDraw, { minLength: 1, maxLength: 40, size: 'max' }).map(toOperations),
});
