import { partitionOf } from '@wallet/shared/words/partition';
import { randomFrom } from '../support/load.ts';
import { PARTITIONS, type RaceRig, decimal, startRaceRig } from '../support/race-rig.ts';

/** Operations on the same accounts from different partitions, applied by three workers, some at the same time. */

let rig: RaceRig;
beforeAll(async () => {
  const env = { WORKER_BATCH_LIMIT: '10', WORKER_TRANSACTIONS: '2' };
  rig = await startRaceRig({ apis: 2, workers: 3, env });
}, 120_000);
afterAll(() => rig.stop(), 60_000);

const CLIENTS = 32;
const OPERATIONS = 1_500;

type End = { wallet_id: string } | { account: string };

it('postings that cross each other, transfers, captures and reversals between the same wallets never deadlock, and lose nothing', async () => {
  const partitions = [2, 5, 7, 11];
  const wallets = await Promise.all(partitions.map((partition) => rig.createWallet({ partition, balance: 100_00 })));
  expect(wallets.map((wallet) => partitionOf(wallet, PARTITIONS))).toEqual(partitions);
  const holds = await Promise.all(wallets.map((wallet) => rig.accept(`/wallets/${wallet}/holds`, { amount: '50.00' })));
  const random = randomFrom(11);
  const draw = (most: number): number => Math.floor(random() * most);
  const amount = (): string => decimal(1 + draw(30_00));
  const postings: string[] = [];

  /** A→B→C or the other way round, from any of them, and sometimes by way of the house. */
  async function post(): Promise<void> {
    const start = draw(wallets.length);
    const step = random() < 0.5 ? 1 : wallets.length - 1;
    const way: End[] = [0, 1, 2].map((each) => ({ wallet_id: wallets[(start + each * step) % wallets.length]! }));
    if (random() < 0.3) way.splice(1, 0, { account: random() < 0.5 ? 'fees' : 'treasury' });
    const legs = way.slice(1).map((to, index) => ({ from: way[index], to, asset: 'USD', amount: amount() }));
    postings.push(await rig.accept('/postings', { legs }));
  }

  async function transfer(): Promise<void> {
    const from = draw(wallets.length);
    const to = (from + 1 + draw(wallets.length - 1)) % wallets.length;
    await rig.accept('/transfers', { from_wallet_id: wallets[from], to_wallet_id: wallets[to], amount: amount() });
  }

  async function capture(): Promise<void> {
    const from = draw(wallets.length);
    const to = wallets[(from + 1 + draw(wallets.length - 1)) % wallets.length];
    await rig.accept(`/holds/${holds[from]}/capture`, { to_wallet_id: to, amount: '0.07', final: false });
  }

  let left = OPERATIONS;
  async function beClient(): Promise<void> {
    while (left > 0) {
      left -= 1;
      const kind = random();
      if (kind < 0.5 || postings.length === 0) await post();
      else if (kind < 0.75) await transfer();
      else if (kind < 0.85) await capture();
      else await rig.accept(`/operations/${postings[draw(postings.length)]}/reversal`);
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, beClient));

  const operations = await rig.expectLawful();
  // The test proves something only if each of them moved, and was refused because of another's movement.
  const asked = operations.filter(({ wallet }) => wallets.includes(wallet)).slice(2 * wallets.length);
  for (const kind of ['posting', 'transfer', 'reversal'] as const) {
    const ends = asked.filter(({ type }) => type === kind).map(({ rejection }) => rejection);
    expect([kind, ends.includes(null), ends.includes('insufficient_funds')]).toEqual([kind, true, true]);
  }
}, 180_000);

const CHANGES = 60;
const SPENDS = 1_000;
const SPENDERS = 16;
/** In minor units. */
const LIMITS = [0, 5_00, 20_00, 100_00];

it('a credit limit that is changed while its wallet is spent in every way is never exceeded, nor lowered below what is used', async () => {
  const [wallet, other] = [await rig.createWallet(), await rig.createWallet()];
  const random = randomFrom(13);
  const deposits: string[] = [];
  const holds: string[] = [];
  const pick = (ids: readonly string[]): string => ids[Math.floor(random() * ids.length)]!;
  const amount = (): string => decimal(1 + Math.floor(random() * 9_00));
  const legs = () => [
    { from: { wallet_id: wallet }, to: { account: 'fees' }, amount: amount() },
    { from: { account: 'fees' }, to: { wallet_id: other }, amount: '0.01' },
  ];
  const ways: Record<string, () => Promise<unknown>> = {
    withdraw: () => rig.accept('/operations', { type: 'withdraw', wallet_id: wallet, amount: amount() }),
    transfer: () => rig.accept('/transfers', { from_wallet_id: wallet, to_wallet_id: other, amount: amount() }),
    hold: async () => holds.push(await rig.accept(`/wallets/${wallet}/holds`, { amount: amount() })),
    release: () => rig.accept(`/holds/${pick(holds)}/release`),
    capture: () => rig.accept(`/holds/${pick(holds)}/capture`, { amount: '1.00' }),
    posting: () => rig.accept('/postings', { legs: legs() }),
    reversal: () => rig.accept(`/operations/${pick(deposits)}/reversal`),
  };
  const deposit = async (): Promise<void> => {
    deposits.push(await rig.accept('/operations', { type: 'deposit', wallet_id: wallet, amount: amount() }));
  };
  await Promise.all([deposit(), ways['hold']!()]);

  const counts = { changed: 0, refused: 0, spent: 0 };
  const isOver = (): boolean => counts.changed >= CHANGES && counts.spent >= SPENDS;
  async function change(): Promise<void> {
    while (!isOver()) {
      const limit = decimal(LIMITS[Math.floor(random() * LIMITS.length)]!);
      const { status } = await rig.send('PATCH', `/wallets/${wallet}`, { credit_limit: limit });
      if (status === 200) counts.changed += 1;
      else if (status === 409) counts.refused += 1;
      else throw new Error(`answered with ${status}`);
    }
  }
  async function spend(): Promise<void> {
    for (; !isOver(); counts.spent += 1) await (random() < 0.35 ? deposit() : ways[pick(Object.keys(ways))]!());
  }
  await Promise.all([change(), ...Array.from({ length: SPENDERS }, spend)]);

  const own = (await rig.expectLawful()).filter((operation) => operation.wallet === wallet);
  // The test proves something only if each of them used credit, and was refused for lack of it, and lowering the limit
  // was refused.
  const used = new Set(own.filter(({ balance }) => (balance ?? 0n) < 0n).map(({ type }) => type));
  const refused = new Set(own.filter(({ rejection }) => rejection === 'insufficient_funds').map(({ type }) => type));
  for (const kind of ['withdraw', 'transfer', 'hold', 'posting', 'reversal'] as const) {
    expect([kind, used.has(kind), refused.has(kind)]).toEqual([kind, true, true]);
  }
  expect(counts.refused).toBeGreaterThan(0);
}, 180_000);
