import request from 'supertest';
import { type Scenario, house, leg, startScenario, wallet } from '../../support/scenario.ts';

/** A game sells gold, takes it back in its shop, gives some away out of a budget, and refunds purchases. */

let game: Scenario;
beforeAll(async () => {
  game = await startScenario();
});
afterAll(() => game.end());

let players = 0;
/** A player who has bought gold. */
async function join(gold: string): Promise<{ routes: string; id: string; purchase: string }> {
  players += 1;
  const login = `player-${players}`;
  await request(game.service.url).post('/clients').send({ name: login, login, asset: 'GOLD' }).expect(201);
  const routes = `/wallets/users/${login}`;
  const purchase = await game.succeed(`${routes}/top-up`, { asset: 'GOLD', amount: gold });
  return { routes, id: purchase['wallet_id'], purchase: purchase['id'] };
}

const buy = async (routes: string, amount: string, item: string): Promise<string> =>
  (await game.succeed(`${routes}/spend`, { asset: 'GOLD', amount, metadata: { item } }))['id'];

it('a purchase in the shop is refunded whole, or in parts up to its price', async () => {
  const { routes, id } = await join('1000.00');
  const [sword, potions] = [await buy(routes, '300.00', 'sword'), await buy(routes, '50.00', 'five potions')];
  expect(await game.balances(id)).toEqual(['650.00']);
  const refund = await game.succeed(`/operations/${sword}/reversal`, { description: 'bought by mistake' });
  expect(refund).toMatchObject({ amount: '300.00', reversal_of: sword, result: { wallet_balance: '950.00' } });
  for (const balance of ['960.00', '970.00']) {
    const { result } = await game.succeed(`/operations/${potions}/reversal`, { amount: '10.00' });
    expect(result.wallet_balance).toBe(balance);
  }
  expect(await game.fail(`/operations/${potions}/reversal`, { amount: '30.01' })).toBe('reversal_exceeds_operation');
  expect(await game.read(`/operations/${potions}`)).toMatchObject({ amount: '50.00', reversed_amount: '20.00' });
  await game.succeed(`/operations/${potions}/reversal`);
  expect(await game.fail(`/operations/${potions}/reversal`)).toBe('reversal_exceeds_operation');
  expect(await game.balances(id)).toEqual(['1000.00']);
  expect(await game.read(`/wallets/${id}/statistics`)).toMatchObject({
    by_type: [
      { type: 'reversal', count: 4, credited: '350.00', debited: '0.00' },
      { type: 'spend', count: 2, credited: '0.00', debited: '350.00' },
      { type: 'top_up', count: 1, credited: '1000.00', debited: '0.00' },
    ],
  });
});

it('a refund that is sent twice under one key is made once', async () => {
  const { routes, id } = await join('100.00');
  const hat = await buy(routes, '40.00', 'hat');
  const asked = { amount: '40.00', idempotency_key: `refund-of-${hat}` };
  const refund = await game.succeed(`/operations/${hat}/reversal`, asked);
  expect(await game.succeed(`/operations/${hat}/reversal`, asked)).toEqual(refund);
  expect(await game.balances(id)).toEqual(['100.00']);
});

it('a purchase of gold whose payment was disputed is taken back as far as the gold is left', async () => {
  const { routes, id, purchase } = await join('500.00');
  await buy(routes, '200.00', 'castle');
  expect(await game.fail(`/operations/${purchase}/reversal`)).toBe('insufficient_funds');
  await game.succeed(`/operations/${purchase}/reversal`, { amount: '300.00' });
  expect(await game.balances(id)).toEqual(['0.00']);
  expect(await game.read(`/operations/${purchase}`)).toMatchObject({ reversed_amount: '300.00' });
});

it('a bonus that was given in error is taken back', async () => {
  const { routes, id } = await join('10.00');
  const { id: bonus } = await game.succeed(`${routes}/bonus`, { asset: 'GOLD', amount: '25.00' });
  expect(await game.balances(id)).toEqual(['35.00']);
  await game.succeed(`/operations/${bonus}/reversal`);
  expect(await game.balances(id)).toEqual(['10.00']);
});

it('a promotion gives gold away until its budget is used up, however many players ask at once', async () => {
  await game.addAccounts('promotions');
  const studio = await game.wallet('100.00', 'GOLD');
  await game.succeed('/postings', { legs: [leg(wallet(studio), house('promotions'), '100.00')] });
  const joined: string[] = [];
  for (let player = 0; player < 12; player += 1) joined.push((await join('1.00')).id);
  const given = await Promise.all(
    joined.map((id) =>
      request(game.service.url)
        .post('/postings')
        .set('Prefer', 'wait=10')
        .send({ legs: [leg(house('promotions'), wallet(id), '15.00')], reference_id: `promotion-${id}` })
        .expect(200),
    ),
  );
  const codes = given.map(({ body }) => body.error?.code ?? 'given');
  expect(codes.filter((code) => code === 'given')).toHaveLength(6);
  expect(codes.filter((code) => code === 'insufficient_funds')).toHaveLength(6);
  expect(await game.balances(...joined)).toEqual(codes.map((code) => (code === 'given' ? '16.00' : '1.00')));
  expect(await game.houseBalance('promotions')).toEqual({ GOLD: '10.00' });
});

it('gold does not pass from player to player in any way', async () => {
  const [giver, taker] = [(await join('100.00')).id, (await join('1.00')).id];
  const transfer = { from_wallet_id: giver, to_wallet_id: taker, amount: '5.00' };
  expect(await game.fail('/transfers', transfer)).toBe('asset_not_transferable');
  const legs = [leg(wallet(giver), wallet(taker), '5.00')];
  expect(await game.fail('/postings', { legs })).toBe('asset_not_transferable');
  const { id: hold } = await game.succeed(`/wallets/${giver}/holds`, { amount: '5.00' });
  expect(await game.fail(`/holds/${hold}/capture`, { to_wallet_id: taker })).toBe('asset_not_transferable');
  await game.succeed(`/holds/${hold}/release`);
  expect(await game.balances(giver, taker)).toEqual(['100.00', '1.00']);
});
