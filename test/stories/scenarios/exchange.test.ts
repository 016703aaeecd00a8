import request from 'supertest';
import { type Scenario, house, leg, startScenario, wallet } from '../../support/scenario.ts';

/** A house account changes one asset into another: what it takes and what it gives are legs of one posting. */

let exchange: Scenario;
beforeAll(async () => {
  exchange = await startScenario();
  const euro = { code: 'EUR', name: 'Euro', scale: 2, transferable: true };
  await request(exchange.service.url).post('/assets').send(euro).expect(201);
});
afterAll(() => exchange.end());

let desks = 0;
/** A house account that has this many euros to sell, and may not go below zero. */
async function openDesk(euros: string): Promise<string> {
  desks += 1;
  const desk = `desk-${desks}`;
  await exchange.addAccounts(desk);
  const owner = await exchange.wallet(euros, 'EUR');
  await exchange.succeed('/postings', { legs: [leg(wallet(owner), house(desk), euros)] });
  return desk;
}

/** A trader's wallets of dollars and euros. */
const openTrader = async (dollars: string): Promise<readonly [string, string]> => [
  await exchange.wallet(dollars),
  await exchange.wallet(undefined, 'EUR'),
];

const buy = (desk: string, [dollars, euros]: readonly [string, string], pays: string, gets: string): object => ({
  legs: [leg(wallet(dollars), house(desk), pays), leg(house(desk), wallet(euros), gets)],
});

it('both assets move in one operation, or neither, whichever side lacks funds', async () => {
  const desk = await openDesk('150.00');
  const trader = await openTrader('200.00');
  const bought = await exchange.succeed('/postings', buy(desk, trader, '108.50', '100.00'));
  expect(bought).toMatchObject({ wallet_id: trader[0], asset: 'USD', amount: null });
  expect(bought['legs']).toMatchObject([
    { from: { wallet_id: trader[0] }, to: { account: desk }, asset: 'USD', amount: '108.50' },
    { from: { account: desk }, to: { wallet_id: trader[1] }, asset: 'EUR', amount: '100.00' },
  ]);
  const after = { USD: '108.50', EUR: '50.00' };
  expect([await exchange.balances(...trader), await exchange.houseBalance(desk)]).toEqual([['91.50', '100.00'], after]);
  // The desk has 50.00 EUR left, and may not go below zero; the trader has 91.50 USD left.
  expect(await exchange.fail('/postings', buy(desk, trader, '54.26', '50.01'))).toBe('insufficient_funds');
  expect(await exchange.fail('/postings', buy(desk, trader, '91.51', '1.00'))).toBe('insufficient_funds');
  // It sees the effects of earlier legs: the dollars are there to be given back, the euros are not yet.
  const paidLast = { legs: [...(buy(desk, trader, '1.00', '50.01') as { legs: object[] }).legs].reverse() };
  expect(await exchange.fail('/postings', paidLast)).toBe('insufficient_funds');
  expect([await exchange.balances(...trader), await exchange.houseBalance(desk)]).toEqual([['91.50', '100.00'], after]);
  await exchange.succeed('/postings', buy(desk, trader, '54.25', '50.00'));
  expect(await exchange.balances(...trader)).toEqual(['37.25', '150.00']);
  expect(await exchange.houseBalance(desk)).toEqual({ USD: '162.75' });
});

it('an exchange is reversed as a whole, both assets together, unless one of them was spent', async () => {
  const desk = await openDesk('10.00');
  const trader = await openTrader('20.00');
  const { id } = await exchange.succeed('/postings', buy(desk, trader, '11.00', '10.00'));
  const spend = { operation_type: 'WITHDRAW', amount: '0.01' };
  await exchange.succeed(`/wallets/${trader[1]}/operation`, spend);
  expect(await exchange.fail(`/operations/${id}/reversal`)).toBe('insufficient_funds');
  expect(await exchange.balances(...trader)).toEqual(['9.00', '9.99']);
  await exchange.succeed(`/wallets/${trader[1]}/operation`, { ...spend, operation_type: 'DEPOSIT' });
  await exchange.succeed(`/operations/${id}/reversal`);
  expect(await exchange.balances(...trader)).toEqual(['20.00', '0.00']);
  expect(await exchange.houseBalance(desk)).toEqual({ EUR: '10.00' });
});

it('what a desk has is sold once, however many buy it at once', async () => {
  const desk = await openDesk('50.00');
  const traders = await Promise.all(Array.from({ length: 16 }, () => openTrader('11.00')));
  const answers = await Promise.all(
    traders.map((trader) =>
      request(exchange.service.url)
        .post('/postings')
        .set('Prefer', 'wait=10')
        .send(buy(desk, trader, '11.00', '10.00'))
        .expect(200),
    ),
  );
  const sold = answers.map(({ body }) => body.status === 'succeeded');
  expect(sold.filter(Boolean)).toHaveLength(5);
  for (const [index, trader] of traders.entries()) {
    expect(await exchange.balances(...trader)).toEqual(sold[index] ? ['0.00', '10.00'] : ['11.00', '0.00']);
  }
  expect(await exchange.houseBalance(desk)).toEqual({ USD: '55.00' });
});

it('a house account that may go below zero lends more than it has', async () => {
  await request(exchange.service.url)
    .post('/accounts')
    .send({ name: 'market-maker', may_go_negative: true })
    .expect(201);
  const trader = await openTrader('11.00');
  await exchange.succeed('/postings', buy('market-maker', trader, '11.00', '10.00'));
  expect(await exchange.balances(...trader)).toEqual(['0.00', '10.00']);
  expect(await exchange.houseBalance('market-maker')).toEqual({ USD: '11.00', EUR: '-10.00' });
});

it('dollars and euros are not mixed up: a leg is of one asset', async () => {
  const [dollars, euros] = await openTrader('5.00');
  const send = (asked: object) =>
    request(exchange.service.url)
      .post('/postings')
      .send({ legs: [asked] });
  const mixed = await send(leg(wallet(dollars), wallet(euros), '1.00')).expect(422);
  expect(mixed.body).toMatchObject({ code: 'asset_mismatch' });
  await send(leg(wallet(dollars), house('treasury'), '1.00', 'EUR')).expect(422);
  expect(await exchange.balances(dollars, euros)).toEqual(['5.00', '0.00']);
});
