import { randomFrom } from '../support/load.ts';
import { type RaceRig, decimal, startRaceRig } from '../support/race-rig.ts';

/** Many clients that want the same money at once, through two APIs, while two workers apply their operations. */

let rig: RaceRig;
beforeAll(async () => {
  // Few at a time, so that related operations are spread over many transactions.
  rig = await startRaceRig({ apis: 2, workers: 2, env: { WORKER_BATCH_LIMIT: '7' } });
}, 120_000);
afterAll(() => rig.stop(), 60_000);

const CAPTURES = 100;
const REVERSALS = 50;
/** Minor units. */
const AMOUNT = 100_00;

/** Some have no amount: everything left by then. The others take a part, and are far too many. */
function partOf(index: number, random: () => number): { amount?: string } {
  return index % 33 === 20 ? {} : { amount: decimal(1 + Math.floor(random() * 900)) };
}

async function holdOf(wallet: string, amount: number): Promise<string> {
  const id = await rig.accept(`/wallets/${wallet}/holds`, { amount: decimal(amount) });
  expect(await rig.endsOf([id])).toEqual([null]);
  return id;
}

/** How many have ended in each way. */
function countEnds(ends: readonly (string | null)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const end of ends) counts[end ?? 'succeeded'] = (counts[end ?? 'succeeded'] ?? 0) + 1;
  return counts;
}

async function balanceOf(wallet: string): Promise<{ balance: string; held: string }> {
  const { body } = await rig.send('GET', `/wallets/${wallet}`);
  return { balance: body['balance'] as string, held: body['held'] as string };
}

/** What the operations have moved as their first leg, in all. */
async function movedBy(ids: readonly string[]): Promise<number> {
  const { rows } = await rig.database.query<{ moved: bigint }>(
    `SELECT coalesce(sum(amount), 0)::bigint AS moved FROM movements WHERE leg = 0 AND operation_id = ANY ($1::uuid[])`,
    [ids],
  );
  return Number(rows[0]!.moved);
}

describe(`${CAPTURES} clients that capture one hold at once`, () => {
  it.each([
    ['the treasury', () => ({})],
    ['a house account', () => ({ to_account: 'fees' })],
    ['another wallet', (receiver: string) => ({ to_wallet_id: receiver })],
  ])('take exactly its amount to %s, in parts and whole, and the others nothing', async (_where, destination) => {
    const random = randomFrom(1);
    const wallet = await rig.createWallet({ balance: AMOUNT + 50_00 });
    const receiver = await rig.createWallet();
    const hold = await holdOf(wallet, AMOUNT);
    const captures = await Promise.all(
      Array.from({ length: CAPTURES }, (_each, index) =>
        rig.accept(`/holds/${hold}/capture`, { ...partOf(index, random), ...destination(receiver), final: false }),
      ),
    );
    const ends = countEnds(await rig.endsOf(captures));
    expect(Object.keys(ends).filter((end) => !['succeeded', 'hold_closed', 'hold_exceeded'].includes(end))).toEqual([]);
    expect(ends['hold_closed']).toBeGreaterThan(CAPTURES / 2);
    expect(await movedBy(captures)).toBe(AMOUNT);
    expect(await balanceOf(wallet)).toEqual({ balance: '50.00', held: '0.00' });
    const { body } = await rig.send('GET', `/holds/${hold}`);
    expect(body).toMatchObject({ status: 'closed', captured: decimal(AMOUNT), released: '0.00', remaining: '0.00' });
    await rig.expectLawful();
  });

  it('get what one of them takes, and the wallet gets the rest, if each is final; releases take no more', async () => {
    const random = randomFrom(2);
    const wallet = await rig.createWallet({ balance: AMOUNT });
    const hold = await holdOf(wallet, AMOUNT);
    const asked = await Promise.all(
      Array.from({ length: CAPTURES }, (_each, index) =>
        rig.accept(`/holds/${hold}/${index % 10 === 4 ? 'release' : 'capture'}`, partOf(index, random)),
      ),
    );
    const captures = asked.filter((_id, index) => index % 10 !== 4);
    const ends = await rig.endsOf(captures);
    expect(countEnds(ends)).toEqual({ succeeded: 1, hold_closed: captures.length - 1 });
    expect(await balanceOf(wallet)).toEqual({ balance: decimal(AMOUNT - (await movedBy(captures))), held: '0.00' });
    await rig.expectLawful();
  });
});

describe(`${REVERSALS} reversals of one operation at once`, () => {
  const originals: [string, (wallet: string, other: string) => Promise<string>][] = [
    ['a deposit', (wallet) => rig.accept('/operations', { type: 'deposit', wallet_id: wallet, amount: '100.00' })],
    ['a withdrawal', (wallet) => rig.accept('/operations', { type: 'withdraw', wallet_id: wallet, amount: '100.00' })],
    [
      'a transfer',
      (wallet, other) => rig.accept('/transfers', { from_wallet_id: wallet, to_wallet_id: other, amount: '100.00' }),
    ],
    [
      'a capture',
      async (wallet, other) => {
        const hold = await rig.accept(`/wallets/${wallet}/holds`, { amount: '120.00' });
        return rig.accept(`/holds/${hold}/capture`, { amount: '100.00', to_wallet_id: other });
      },
    ],
  ];

  // They do not wait for its end: it is applied first all the same.
  it.each(originals)('of %s take back exactly what it moved, whole and in parts', async (_what, ask) => {
    const random = randomFrom(3);
    const [wallet, other] = [await rig.createWallet({ balance: 200_00 }), await rig.createWallet({ balance: 1_00 })];
    const original = await ask(wallet, other);
    const reversals = await Promise.all(
      Array.from({ length: REVERSALS }, (_each, index) =>
        rig.accept(`/operations/${original}/reversal`, partOf(index, random)),
      ),
    );
    const ends = countEnds(await rig.endsOf(reversals));
    expect(Object.keys(ends).sort()).toEqual(['reversal_exceeds_operation', 'succeeded']);
    expect(await movedBy(reversals)).toBe(AMOUNT);
    expect((await balanceOf(wallet)).balance).toBe('200.00');
    expect((await balanceOf(other)).balance).toBe('1.00');
    const { body } = await rig.send('GET', `/operations/${original}`);
    expect(body['reversed_amount']).toBe('100.00');
    await rig.expectLawful();
  });

  it('of a posting reverse it once, with all its legs', async () => {
    const [wallet, other] = [await rig.createWallet({ balance: 100_00 }), await rig.createWallet()];
    const legs = [
      { from: { wallet_id: wallet }, to: { wallet_id: other }, amount: '40.00' },
      { from: { wallet_id: other }, to: { account: 'fees' }, amount: '5.00' },
      { from: { account: 'treasury' }, to: { wallet_id: wallet }, amount: '1.00' },
    ];
    const original = await rig.accept('/postings', { legs });
    const reversals = await Promise.all(
      Array.from({ length: REVERSALS }, () => rig.accept(`/operations/${original}/reversal`)),
    );
    expect(countEnds(await rig.endsOf(reversals))).toEqual({
      succeeded: 1,
      reversal_exceeds_operation: REVERSALS - 1,
    });
    expect([await balanceOf(wallet), await balanceOf(other)]).toMatchObject([
      { balance: '100.00' },
      { balance: '0.00' },
    ]);
    await rig.expectLawful();
  });
});

describe('a reversal against a spend of the same money', () => {
  const PAIRS = 40;

  it('have the outcome of one of the two orders when the money is still in its own wallet', async () => {
    const ends = await Promise.all(
      Array.from({ length: PAIRS }, async (_each, index) => {
        const wallet = await rig.createWallet();
        const credit = await rig.accept('/operations', { type: 'deposit', wallet_id: wallet, amount: '10.00' });
        const reverse = () => rig.accept(`/operations/${credit}/reversal`);
        const spend = () => rig.accept('/operations', { type: 'spend', wallet_id: wallet, amount: '10.00' });
        const [first, second] = index % 2 === 0 ? [reverse, spend] : [spend, reverse];
        const ids = await Promise.all([first(), second()]);
        return index % 2 === 0 ? ids : ids.reverse();
      }),
    );
    await expectOneOfTwo(ends);
    await rig.expectLawful();
  });

  it('have the outcome of one of the two orders when it has to come back from a wallet in another partition', async () => {
    const pairs = await Promise.all(
      Array.from({ length: PAIRS }, async (_each, index) => {
        const partition = index % 8;
        const [from, to] = [
          await rig.createWallet({ partition, balance: 10_00 }),
          await rig.createWallet({ partition: partition + 8 }),
        ];
        const paid = await rig.accept('/transfers', { from_wallet_id: from, to_wallet_id: to, amount: '10.00' });
        return { to, paid };
      }),
    );
    await rig.endsOf(pairs.map(({ paid }) => paid));
    const ends = await Promise.all(
      pairs.map(async ({ to, paid }, index) => {
        const reverse = () => rig.accept(`/operations/${paid}/reversal`);
        const spend = () => rig.accept('/operations', { type: 'spend', wallet_id: to, amount: '10.00' });
        const ids = await Promise.all(index % 2 === 0 ? [reverse(), spend()] : [spend(), reverse()]);
        return index % 2 === 0 ? ids : ids.reverse();
      }),
    );
    await expectOneOfTwo(ends);
    await rig.expectLawful();
  });

  /** Of each pair, one gets the money, and nothing is left for the other. */
  async function expectOneOfTwo(pairs: readonly string[][]): Promise<void> {
    const ends = await rig.endsOf(pairs.flat());
    const orders = pairs.map((_pair, index) =>
      String(ends.slice(2 * index, 2 * index + 2).map((end) => end ?? 'moved')),
    );
    // The workers decide which of them, and it may be the same for all.
    const allowed = ['insufficient_funds,moved', 'moved,insufficient_funds'];
    expect(orders.filter((order) => !allowed.includes(order))).toEqual([]);
  }
});
