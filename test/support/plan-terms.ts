import type { Account } from '@wallet/shared/ledger/account';
import { type Plan, type PlannedOperation, plan } from '@wallet/shared/ledger/plan';
import type { Hold, Leg, Original, Terms } from '@wallet/shared/ledger/terms';
import { TREASURY, heldOf } from './model.ts';

/** Plans of operations with terms, small enough to read in a test. */

/** Accounts by name, as in the model, and by number, as in the rules. */
export const IDS: Readonly<Record<string, bigint>> = {
  a: 1n,
  b: 2n,
  c: 3n,
  [heldOf('a')]: 11n,
  [heldOf('b')]: 12n,
  [heldOf('c')]: 13n,
  [TREASURY]: 100n,
  fees: 101n,
  reserve: 102n,
};
export const HELD = IDS[heldOf('a')]!;

export type Start = Partial<Record<string, Partial<Account>>>;

function accountsOf(start: Start): Account[] {
  return Object.entries(IDS).map(([name, id]) => {
    const owner = { isSystem: id >= 100n, mayGoNegative: name === TREASURY || name === 'fees' };
    return { id, ...owner, status: 'active', balance: 0n, creditLimit: 0n, version: 0n, ...start[name] };
  });
}

export interface Asked {
  readonly id?: string;
  readonly amount?: bigint | null;
  readonly cancelled?: boolean;
  readonly unit?: string;
  readonly type?: PlannedOperation['type'];
  readonly terms?: Terms;
}

/** Plans operations of wallet `a`. */
export function planOn(
  start: Start,
  operations: readonly Asked[],
  known: { holds?: Hold[]; originals?: Original[] } = {},
): Plan {
  return plan(
    operations.map(({ terms, ...operation }, index) => ({
      id: `op${index}`,
      type: terms?.kind ?? 'deposit',
      amount: null,
      account: IDS['a']!,
      counterparty: IDS[TREASURY]!,
      transferable: true,
      cancelled: false,
      unit: null,
      terms: terms ?? null,
      ...operation,
    })),
    {
      accounts: new Map(accountsOf(start).map((account) => [account.id, account])),
      holds: new Map((known.holds ?? []).map((hold) => [hold.id, hold])),
      originals: new Map((known.originals ?? []).map((original) => [original.id, original])),
    },
  );
}

export const hold: Terms = { kind: 'hold', held: HELD };
export const capture = (more: Partial<Terms & { kind: 'capture' }> = {}): Terms => ({
  ...{ kind: 'capture', holdId: 'hold', held: HELD, to: IDS[TREASURY]!, transferable: true, final: true },
  ...more,
});
export const releaseOf = (holdId: string): Terms => ({ kind: 'release', holdId, held: HELD });
export const release = releaseOf('hold');
export const reversalOf = (originalId: string): Terms => ({ kind: 'reversal', originalId });
export const reversal = reversalOf('original');
export const leg = (from: string, to: string, amount: bigint, transferable = true): Leg => ({
  ...{ from: IDS[from]!, to: IDS[to]!, amount, transferable },
});
export const posting = (...legs: Leg[]): Terms => ({ kind: 'posting', legs });

export const OPEN: Hold = { id: 'hold', amount: 10n, captured: 1n, released: 2n };
export const withHeld = { [heldOf('a')]: { balance: 7n } };

export const movesOf = ({ movements }: Plan) =>
  movements.map(({ operationId, leg, from, to, amount }) => [operationId, leg, from.id, to.id, amount]);
export const rejectionsOf = ({ outcomes }: Plan) => outcomes.map(({ rejection }) => rejection);
