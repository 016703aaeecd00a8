import { partitionOf } from '@wallet/shared/words/partition';
import { type LawRig, startLawRig, together } from './law-rig.ts';
import { createFundedWallet } from './wallets.ts';

/**
 * A ledger with a history of operations that have terms, and statements that are written as the API and a worker write
 * them, each with its role. A wallet and a receiver have moved money between each other, held accounts and house
 * accounts.
 */
export interface TermsRig extends LawRig {
  readonly receiver: string;
  readonly accounts: Accounts;
  /** The state of each account. */
  readonly book: ReadonlyMap<bigint, Stand>;
}

interface Accounts {
  readonly own: bigint;
  readonly held: bigint;
  readonly receiver: bigint;
  readonly treasury: bigint;
  /** The one of another partition. */
  readonly otherTreasury: bigint;
  /** House accounts: one may go below zero, the other not. */
  readonly fees: bigint;
  readonly float: bigint;
  /** The second one, in another asset. */
  readonly otherFloat: bigint;
  readonly otherAssetTreasury: bigint;
}

interface Stand {
  readonly version: bigint;
  readonly balance: bigint;
}

/** An operation that does not exist yet, of a later month than those that do. */
export const NEXT = '019caaaa-0000-7000-8000-000000000099';
/** Ended operations, of October 2024. */
export const ENDED = {
  /** 5.00 are held, of which 1.00 was captured. */
  open: idOf(1),
  part: idOf(2),
  /** 2.00 were held, 1.50 captured and the rest given back at once. */
  closed: idOf(3),
  capture: idOf(4),
  /** 1.00 is held, and has expired. */
  expired: idOf(5),
  failedHold: idOf(6),
  /** 1.00 for the receiver, of which 0.40 was taken back. */
  transfer: idOf(7),
  reversal: idOf(8),
  /** 1.00 for the receiver, who pays 0.10 of it. */
  posting: idOf(9),
  release: idOf(10),
};

function idOf(number: number): string {
  return `0192aaaa-0000-7000-8000-0000000000${String(number).padStart(2, '0')}`;
}

interface Wanted {
  readonly of?: string;
  readonly wallet?: string;
  readonly type: string;
  readonly amount?: number | null;
  readonly to?: string;
  readonly asset?: number;
  /** Values of columns of operation_terms; null for none at all. */
  readonly terms?: Readonly<Record<string, string | number | boolean>> | null;
  readonly legs?: readonly Leg[];
}
type Leg = readonly [leg: number, from: bigint, to: bigint, amount: number, asset?: number];

/** As the API accepts an operation: itself, its terms, its legs and its place in the queue in one statement. */
export function acceptWith(rig: LawRig, wanted: Wanted): string {
  const { of = NEXT, wallet = rig.wallet, type, amount = null, to, asset = 4, terms = {}, legs = [] } = wanted;
  const seq = 2_000_000 + Number(of.slice(-2));
  const waitsIn = partitionOf(wallet, rig.service.partitions);
  return `SET LOCAL ROLE wallet_api; ${together(
    `INSERT INTO pending_operations (partition, seq, operation_id, wallet_id, accepted_at)
     VALUES (${waitsIn}, ${seq}, '${of}', '${wallet}', now())`,
    ...(terms === null ? [] : [addTerms(of, terms)]),
    ...(legs.length === 0 ? [] : [addLegs(of, legs)]),
    `INSERT INTO operations (id, seq, wallet_id, to_wallet_id, amount, created_at, asset_id, type, priority)
     VALUES ('${of}', ${seq}, '${wallet}', ${quote(to)}, ${amount}, now(), ${asset}, '${type}', 'high')`,
  )}`;
}

export function addTerms(of: string, terms: Readonly<Record<string, string | number | boolean>>): string {
  return `INSERT INTO operation_terms (${['operation_id', ...Object.keys(terms)].join(', ')})
          VALUES (${[of, ...Object.values(terms)].map(quote).join(', ')})`;
}

export function addLegs(of: string, legs: readonly Leg[]): string {
  return `INSERT INTO operation_legs (operation_id, leg, from_account_id, to_account_id, amount, asset_id)
          VALUES ${legs.map(([leg, from, to, amount, asset = 4]) => `('${of}', ${leg}, ${from}, ${to}, ${amount}, ${asset})`).join(', ')}`;
}

const quote = (value: string | number | boolean | undefined): string =>
  value === undefined ? 'NULL' : `'${String(value)}'`;

/** From, to, minor units; and under which leg, by which operation, in which asset. */
export type Move = readonly [
  from: bigint,
  to: bigint,
  amount: number,
  more?: { leg?: number; of?: string; asset?: number },
];

/**
 * As a worker applies operations from the queue: movements that continue the accounts, and `also` the changes of holds.
 */
export function applyWith(
  { book }: Pick<TermsRig, 'book'>,
  moves: readonly Move[],
  ...also: readonly string[]
): string {
  const stands = new Map<bigint, Stand & { by: string; moved: boolean }>();
  const rows = moves.map(([from, to, amount, { leg = 0, of = NEXT, asset = 4 } = {}]) => {
    const sides = (
      [
        [from, -amount],
        [to, amount],
      ] as const
    ).map(([account, change]) => {
      const { version, balance } = stands.get(account) ?? book.get(account)!;
      const stand = { version: version + 1n, balance: balance + BigInt(change), by: of, moved: true };
      stands.set(account, stand);
      return [account, stand.version, stand.balance].join(', ');
    });
    return `('${of}', ${leg}, ${amount}, ${asset}, ${sides.join(', ')})`;
  });
  const changes = [...stands].map(
    ([account, { version, balance, by }]) => `(${account}, ${version}, ${balance}, '${by}'::uuid)`,
  );
  return `SET LOCAL ROLE wallet_worker; ${together(
    'DELETE FROM pending_operations',
    `UPDATE accounts SET version = reached.version, balance = reached.balance, last_operation_id = reached.by
     FROM (VALUES ${changes.join(', ')}) AS reached (id, version, balance, by) WHERE accounts.id = reached.id`,
    ...also,
    `INSERT INTO movements (operation_id, leg, amount, asset_id, from_account_id, from_version, from_balance,
                            to_account_id, to_version, to_balance) VALUES ${rows.join(', ')}`,
  )}`;
}

/** A worker's update of a hold: the captured and released amounts. */
export function holdIs(rig: LawRig, of: string, amount: number, captured: number, released: number): string {
  return `INSERT INTO holds (operation_id, wallet_id, amount, captured, released, expires_at)
          SELECT '${of}', '${rig.wallet}', ${amount}, ${captured}, ${released},
                 (SELECT expires_at FROM operation_terms WHERE operation_id = '${of}')
          ON CONFLICT (operation_id) DO UPDATE SET captured = excluded.captured, released = excluded.released`;
}

/** A worker's update of a reversed operation: the reversed amount. */
export function reversedIs(of: string, amount: number, reversed: number): string {
  return `INSERT INTO reversed_operations (operation_id, amount, reversed) VALUES ('${of}', ${amount}, ${reversed})
          ON CONFLICT (operation_id) DO UPDATE SET reversed = excluded.reversed`;
}

export async function startTermsRig(): Promise<TermsRig> {
  const law = await startLawRig();
  const { database, url } = law.service;
  const receiver = await createFundedWallet(url, '10.00');
  // A worker would release the expired hold.
  await law.service.stopWorkers();
  await database.query(
    `BEGIN; SET LOCAL ROLE wallet_api; SELECT add_house_account('fees', false), add_house_account('float', true);
     INSERT INTO accounts (held_of, asset_id) VALUES ('${law.wallet}', 4); COMMIT`,
  );
  const find = async (condition: string): Promise<bigint> => {
    const { rows } = await database.query<{ id: bigint }>(`SELECT id FROM accounts WHERE ${condition} LIMIT 1`);
    return rows[0]!.id;
  };
  const accounts: Accounts = {
    own: law.account,
    held: await find(`held_of = '${law.wallet}'`),
    receiver: await find(`wallet_id = '${receiver}'`),
    treasury: law.treasury,
    otherTreasury: await find(`system = 'treasury' AND asset_id = 4 AND id <> ${law.treasury}`),
    fees: await find(`system = 'fees' AND asset_id = 4`),
    float: await find(`system = 'float' AND asset_id = 4`),
    otherFloat: await find(`system = 'float' AND asset_id = 1`),
    otherAssetTreasury: await find(`system = 'treasury' AND asset_id = 1 AND partition = ${law.partition}`),
  };
  for (const [accepted, applied] of history(law, receiver, accounts)) {
    const book = await readBook(law);
    await database.query(`BEGIN; ${acceptWith(law, accepted)}; ${applied({ book })}; COMMIT`);
  }
  return { ...law, receiver, accounts, book: await readBook(law) };
}

async function readBook({ service }: LawRig): Promise<Map<bigint, Stand>> {
  const { rows } = await service.database.query<Stand & { id: bigint }>(
    'SELECT id, version, balance::bigint AS balance FROM accounts',
  );
  return new Map(rows.map(({ id, ...stand }) => [id, stand]));
}

type Step = readonly [Wanted, (rig: Pick<TermsRig, 'book'>) => string];

function history(rig: LawRig, receiver: string, { own, held, treasury, fees, ...accounts }: Accounts): Step[] {
  const { open, part, closed, capture, expired, failedHold, transfer, reversal, posting, release } = ENDED;
  const fail = `SET LOCAL ROLE wallet_worker; ${together(
    'DELETE FROM pending_operations',
    `INSERT INTO failures (operation_id, error_code, wallet_balance, wallet_version) VALUES ('${failedHold}', 'x', 0, 0)`,
  )}`;
  const legs: Leg[] = [
    [0, own, accounts.receiver, 100],
    [1, accounts.receiver, fees, 10],
  ];
  return [
    [
      { of: open, type: 'hold', amount: 500 },
      (at) => applyWith(at, [[own, held, 500, { of: open }]], holdIs(rig, open, 500, 0, 0)),
    ],
    [
      { of: part, type: 'capture', amount: 100, terms: { target_id: open, final: false } },
      (at) => applyWith(at, [[held, treasury, 100, { of: part }]], holdIs(rig, open, 500, 100, 0)),
    ],
    [
      { of: closed, type: 'hold', amount: 200 },
      (at) => applyWith(at, [[own, held, 200, { of: closed }]], holdIs(rig, closed, 200, 0, 0)),
    ],
    [
      { of: capture, type: 'capture', amount: 150, terms: { target_id: closed, final: true } },
      (at) =>
        applyWith(
          at,
          [
            [held, treasury, 150, { of: capture }],
            [held, own, 50, { of: capture, leg: 1 }],
          ],
          holdIs(rig, closed, 200, 150, 50),
        ),
    ],
    [
      { of: expired, type: 'hold', amount: 100, terms: { expires_at: '2020-01-01T00:00:00.123456Z' } },
      (at) => applyWith(at, [[own, held, 100, { of: expired }]], holdIs(rig, expired, 100, 0, 0)),
    ],
    [{ of: failedHold, type: 'hold', amount: 9999 }, () => fail],
    [
      { of: transfer, type: 'transfer', amount: 100, to: receiver, terms: null },
      (at) => applyWith(at, [[own, accounts.receiver, 100, { of: transfer }]]),
    ],
    [
      { of: reversal, type: 'reversal', amount: 40, terms: { target_id: transfer } },
      (at) => applyWith(at, [[accounts.receiver, own, 40, { of: reversal }]], reversedIs(transfer, 100, 40)),
    ],
    [
      { of: posting, type: 'posting', terms: { legs: 2 }, legs },
      (at) =>
        applyWith(
          at,
          legs.map(([leg, from, to, amount]) => [from, to, amount, { of: posting, leg }] as const),
        ),
    ],
    [
      { of: release, type: 'release', amount: 20, terms: { target_id: expired } },
      (at) => applyWith(at, [[held, own, 20, { of: release }]], holdIs(rig, expired, 100, 0, 20)),
    ],
  ];
}
