import type { TermsLedger } from './terms-ledger.ts';

const FUTURE = '2999-01-01';

/** Operations of every kind, whole and in parts, and some that failed. */
export async function fillTermsLedger({ apply, fail, batch }: TermsLedger): Promise<void> {
  for (const wallet of ['A', 'B', 'G'])
    await apply('deposit', wallet, {
      as: `deposit ${wallet}`,
      amount: 10_000,
      moves: [[`${wallet}.treasury`, wallet, 10_000]],
    });
  await apply('hold', 'A', { as: 'hold', amount: 3_000, expiresAt: FUTURE, moves: [['A', 'A.held', 3_000]] });
  await apply('hold', 'A', { as: 'open hold', amount: 700, moves: [['A', 'A.held', 700]] });
  const part = { target: 'hold', final: false };
  await apply('capture', 'A', { ...part, as: 'capture', amount: 1_000, moves: [['A.held', 'A.treasury', 1_000]] });
  await apply('capture', 'A', { ...part, as: 'to B', to: 'B', amount: 500, moves: [['A.held', 'B', 500]] });
  await fail('capture', 'A', 'hold_exceeded', { ...part, as: 'exceeded', amount: 1_501 });
  await apply('capture', 'A', {
    ...{ as: 'final', target: 'hold', to: 'fees', amount: 400 },
    moves: [
      ['A.held', 'fees', 400],
      ['A.held', 'A', 1_100],
    ],
  });
  await fail('release', 'A', 'hold_closed', { as: 'closed', target: 'hold' });
  await apply('hold', 'A', {
    as: 'expired hold',
    amount: 2_000,
    expiresAt: '2020-01-01',
    moves: [['A', 'A.held', 2_000]],
  });
  await apply('release', 'A', { as: 'release', target: 'expired hold', amount: 500, moves: [['A.held', 'A', 500]] });
  await apply('release', 'A', {
    as: 'expiry',
    target: 'expired hold',
    reason: 'expired',
    moves: [['A.held', 'A', 1_500]],
  });
  await fail('hold', 'A', 'insufficient_funds', { as: 'refused hold', amount: 1_000_000 });
  await apply('transfer', 'A', { as: 'transfer', to: 'B', amount: 1_000, moves: [['A', 'B', 1_000]] });
  await apply('reversal', 'A', { as: 'partial reversal', target: 'transfer', amount: 300, moves: [['B', 'A', 300]] });
  await fail('reversal', 'A', 'reversal_exceeds_operation', { as: 'too much', target: 'transfer', amount: 701 });
  await apply('reversal', 'A', { as: 'reversal', target: 'transfer', moves: [['B', 'A', 700]] });
  await apply('reversal', 'A', { as: 'back from B', target: 'to B', moves: [['B', 'A', 500]] });
  await apply('reversal', 'A', { as: 'back from fees', target: 'final', amount: 10, moves: [['fees', 'A', 10]] });
  const legs = [
    ['exchange', 'fees', 5],
    ['A', 'B', 1_000],
    ['A', 'fees', 50],
    ['exchange.gold', 'G', 2],
    ['A', 'A.treasury', 7],
  ] as const;
  await apply('posting', 'A', { as: 'posting', legs });
  await apply('posting', 'A', { as: 'other posting', legs: [['A', 'fees', 1]] });
  await apply('reversal', 'A', {
    as: 'back',
    target: 'posting',
    moves: legs.map(([from, to, amount]) => [to, from, amount] as const),
  });
  await apply('posting', 'A', { as: 'below zero', legs: [['exchange', 'A', 5]] });
  await fail('withdraw', 'A', 'insufficient_funds', { as: 'refused', amount: 1_000_000 });
  await fail('reversal', 'A', 'operation_not_succeeded', { as: 'of nothing', target: 'refused' });
  await batch('A', [
    { type: 'hold', as: 'hold of a line', amount: 100, moves: [['A', 'A.held', 100]] },
    { type: 'capture', target: 'hold of a line', moves: [['A.held', 'A.treasury', 100]] },
    {
      type: 'posting',
      legs: [
        ['A', 'B', 20],
        ['B', 'A', 20],
        ['A', 'fees', 1],
      ],
    },
  ]);
}

/** Statements that name operations as `{name}`, accounts as `[name]` and wallets as `<name>`. */
export function nameRows(ledger: TermsLedger, sql: string): string {
  return sql
    .replace(/\{([^}]+)\}/g, (_, name: string) => `'${ledger.operation(name)}'`)
    .replace(/\[([^\]]+)\]/g, (_, name: string) => String(ledger.account(name)))
    .replace(/<(\w+)>/g, (_, name: string) => `'${ledger.wallet(name)}'`);
}
