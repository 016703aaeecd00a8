import { type Scenario, house, leg, startScenario, wallet } from '../../support/scenario.ts';

/** A marketplace takes payments into escrow, pays sellers out less a fee, and takes money back after a complaint. */

let market: Scenario;
beforeAll(async () => {
  market = await startScenario();
});
afterAll(() => market.end());

let houses = 0;
/** House accounts for each test. */
async function openHouse() {
  houses += 1;
  const [escrow, fees] = [`escrow-${houses}`, `fees-${houses}`];
  await market.addAccounts(escrow, fees);
  return {
    fees,
    /** The buyer pays into escrow. Returns the id of the payment. */
    pay: async (buyer: string, amount: string, order: string): Promise<string> => {
      const legs = [leg(wallet(buyer), house(escrow), amount)];
      return (await market.succeed('/postings', { legs, reference_id: `${order}-payment`, metadata: { order } }))['id'];
    },
    payoutOf: (seller: string, amount: string, fee: string) => ({
      legs: [leg(house(escrow), wallet(seller), amount), leg(house(escrow), house(fees), fee, 'USD')],
    }),
    /** What the wallets have, what is in escrow, and what was earned. */
    figures: async (...wallets: string[]): Promise<string[]> => {
      const [held, earned] = [await market.houseBalance(escrow), await market.houseBalance(fees)];
      return [...(await market.balances(...wallets)), held['USD'] ?? '0.00', earned['USD'] ?? '0.00'];
    },
  };
}

it('an order is paid into escrow, and paid out less the fee in one posting, once', async () => {
  const { pay, payoutOf, figures } = await openHouse();
  const [buyer, seller] = [await market.wallet('200.00'), await market.wallet()];
  await pay(buyer, '120.00', 'order-1');
  expect(await figures(buyer, seller)).toEqual(['80.00', '0.00', '120.00', '0.00']);
  const payout = await market.succeed('/postings', payoutOf(seller, '108.00', '12.00'));
  // It belongs to the queue of the seller, the first wallet that it names.
  expect(payout).toMatchObject({ wallet_id: seller, result: { wallet_balance: '108.00', wallet_version: 1 } });
  expect(await figures(buyer, seller)).toEqual(['80.00', '108.00', '0.00', '12.00']);
  // Nothing is in escrow for a second payout, and none of it happens.
  expect(await market.fail('/postings', payoutOf(seller, '108.00', '12.00'))).toBe('insufficient_funds');
  expect(await figures(buyer, seller)).toEqual(['80.00', '108.00', '0.00', '12.00']);
});

it('a complaint reverses the payout with its fee, and then the payment', async () => {
  const { pay, payoutOf, figures } = await openHouse();
  const [buyer, seller] = [await market.wallet('50.00'), await market.wallet()];
  const payment = await pay(buyer, '50.00', 'order-2');
  const { id: payout } = await market.succeed('/postings', payoutOf(seller, '45.00', '5.00'));
  expect(await figures(buyer, seller)).toEqual(['0.00', '45.00', '0.00', '5.00']);
  // The payment cannot be given back out of an escrow that was paid out.
  expect(await market.fail(`/operations/${payment}/reversal`)).toBe('insufficient_funds');
  const clawback = await market.succeed(`/operations/${payout}/reversal`, { description: 'not as described' });
  expect(clawback).toMatchObject({ type: 'reversal', reversal_of: payout, result: { wallet_balance: '0.00' } });
  expect(await figures(buyer, seller)).toEqual(['0.00', '0.00', '50.00', '0.00']);
  await market.succeed(`/operations/${payment}/reversal`);
  expect(await figures(buyer, seller)).toEqual(['50.00', '0.00', '0.00', '0.00']);
  expect(await market.read(`/operations/${payout}`)).toMatchObject({ reversed: true, reversed_amount: null });
  expect(await market.fail(`/operations/${payout}/reversal`)).toBe('reversal_exceeds_operation');
});

it('spent earnings of a seller are taken back only within a credit limit, which the next sale pays off', async () => {
  const { pay, payoutOf, figures } = await openHouse();
  const [buyer, seller] = [await market.wallet('100.00'), await market.wallet()];
  const payment = await pay(buyer, '80.00', 'order-3');
  const { id: payout } = await market.succeed('/postings', payoutOf(seller, '72.00', '8.00'));
  await market.succeed(`/wallets/${seller}/operation`, { operation_type: 'WITHDRAW', amount: '60.00' });
  expect(await market.fail(`/operations/${payout}/reversal`)).toBe('insufficient_funds');
  // The fee stayed too: all of it or none.
  expect(await figures(buyer, seller)).toEqual(['20.00', '12.00', '0.00', '8.00']);
  await market.setWallet(seller, { credit_limit: '59.99' });
  expect(await market.fail(`/operations/${payout}/reversal`)).toBe('insufficient_funds');
  await market.setWallet(seller, { credit_limit: '60.00' });
  await market.succeed(`/operations/${payout}/reversal`);
  await market.succeed(`/operations/${payment}/reversal`);
  expect(await figures(buyer, seller)).toEqual(['100.00', '-60.00', '0.00', '0.00']);
  expect(await market.read(`/wallets/${seller}`)).toMatchObject({ credit_limit: '60.00', available: '0.00' });

  await pay(buyer, '100.00', 'order-4');
  const sale = await market.succeed('/postings', payoutOf(seller, '90.00', '10.00'));
  expect(sale['result']).toMatchObject({ wallet_balance: '30.00' });
  await market.setWallet(seller, { credit_limit: '0.00' });
  expect(await figures(buyer, seller)).toEqual(['0.00', '30.00', '0.00', '10.00']);
});

it('an order is reserved by a hold instead, captured in parts to seller and fees, and reversed in part', async () => {
  const { fees, figures } = await openHouse();
  const [buyer, seller] = [await market.wallet('100.00'), await market.wallet()];
  const { id: hold } = await market.succeed(`/wallets/${buyer}/holds`, { amount: '80.00' });
  const toSeller = { amount: '63.00', to_wallet_id: seller, final: false };
  const { id: capture, result } = await market.succeed(`/holds/${hold}/capture`, toSeller);
  expect(result).toMatchObject({ to_wallet_balance: '63.00', held_balance: '17.00' });
  // The order came to 70.00 in the end: what is not captured goes back.
  await market.succeed(`/holds/${hold}/capture`, { amount: '7.00', to_account: fees });
  expect(await market.read(`/wallets/${buyer}`)).toMatchObject({ balance: '30.00', held: '0.00' });
  const refund = await market.succeed(`/operations/${capture}/reversal`, { amount: '13.00' });
  expect(refund).toMatchObject({ amount: '13.00', result: { wallet_balance: '43.00' } });
  expect(await figures(buyer, seller)).toEqual(['43.00', '50.00', '0.00', '7.00']);
  expect(await market.read(`/operations/${capture}`)).toMatchObject({ amount: '63.00', reversed_amount: '13.00' });
  expect(await market.read(`/holds/${hold}`)).toMatchObject({
    ...{ status: 'closed', amount: '80.00', captured: '70.00', released: '10.00', remaining: '0.00' },
  });
});
