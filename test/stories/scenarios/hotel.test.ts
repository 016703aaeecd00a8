import { type Scenario, startScenario } from '../../support/scenario.ts';

/** A hotel authorises a stay, captures it night by night, extends it by a second hold, and releases what is left. */

let hotel: Scenario;
beforeAll(async () => {
  hotel = await startScenario();
  await hotel.addAccounts('city-tax');
});
afterAll(() => hotel.end());

const WEEK_S = 7 * 24 * 3_600;

async function authorise(guest: string, amount: string): Promise<string> {
  return (await hotel.succeed(`/wallets/${guest}/holds`, { amount, expires_in: WEEK_S }))['id'];
}

/** The guest's available and held amounts. */
async function ofGuest(guest: string): Promise<string[]> {
  const { balance, held } = await hotel.read(`/wallets/${guest}`);
  return [balance, held];
}

it('a stay is captured night by night, and the rest is released at its end', async () => {
  const [guest, desk] = [await hotel.wallet('500.00'), await hotel.wallet()];
  const stay = await authorise(guest, '300.00');
  expect(await ofGuest(guest)).toEqual(['200.00', '300.00']);
  const night = { amount: '90.00', to_wallet_id: desk, final: false };
  const left: string[] = [];
  for (let nights = 0; nights < 3; nights += 1) {
    left.push((await hotel.succeed(`/holds/${stay}/capture`, night))['result'].held_balance);
  }
  expect(left).toEqual(['210.00', '120.00', '30.00']);
  expect(await hotel.fail(`/holds/${stay}/capture`, night)).toBe('hold_exceeded');
  expect(await hotel.read(`/holds/${stay}`)).toMatchObject({
    ...{ status: 'open', amount: '300.00', captured: '270.00', released: '0.00', remaining: '30.00' },
  });
  await hotel.succeed(`/holds/${stay}/capture`, { amount: '6.00', to_account: 'city-tax' });
  expect(await ofGuest(guest)).toEqual(['224.00', '0.00']);
  expect([await hotel.balances(desk), await hotel.houseBalance('city-tax')]).toEqual([['270.00'], { USD: '6.00' }]);
  const ended = await hotel.read(`/holds/${stay}`);
  expect(ended).toMatchObject({ status: 'closed', captured: '276.00', released: '24.00', remaining: '0.00' });
  // Every capture of it, including the failed one, in the order of acceptance.
  expect(ended['operations']).toHaveLength(5);
  expect(await hotel.fail(`/holds/${stay}/capture`, night)).toBe('hold_closed');
});

it('a stay is extended by a second, independent hold', async () => {
  const [guest, desk] = [await hotel.wallet('400.00'), await hotel.wallet()];
  const stay = await authorise(guest, '250.00');
  expect(await hotel.fail(`/wallets/${guest}/holds`, { amount: '150.01' })).toBe('insufficient_funds');
  const extension = await authorise(guest, '120.00');
  expect(await ofGuest(guest)).toEqual(['30.00', '370.00']);
  // An amount beyond the rest of one hold is not taken from the other one.
  expect(await hotel.fail(`/holds/${stay}/capture`, { amount: '260.00', to_wallet_id: desk })).toBe('hold_exceeded');
  await hotel.succeed(`/holds/${stay}/capture`, { to_wallet_id: desk });
  expect(await ofGuest(guest)).toEqual(['30.00', '120.00']);
  const open = await hotel.read(`/wallets/${guest}/holds?status=open`);
  expect(open['data']).toMatchObject([{ id: extension, amount: '120.00', remaining: '120.00', status: 'open' }]);
  await hotel.succeed(`/holds/${extension}/release`, { amount: '20.00' });
  const last = await hotel.succeed(`/holds/${extension}/capture`, { amount: '80.00', to_wallet_id: desk });
  expect(last['result']).toMatchObject({ wallet_balance: '70.00', held_balance: '0.00', to_wallet_balance: '330.00' });
  expect(await ofGuest(guest)).toEqual(['70.00', '0.00']);
  const closed = await hotel.read(`/wallets/${guest}/holds?status=closed`);
  expect(closed['data']).toMatchObject([
    { id: extension, captured: '80.00', released: '40.00' },
    { id: stay, captured: '250.00', released: '0.00' },
  ]);
});

it('a cancelled booking is released, even for a frozen wallet, and a no-show is captured in part', async () => {
  const guest = await hotel.wallet('300.00');
  const [cancelled, missed] = [await authorise(guest, '100.00'), await authorise(guest, '200.00')];
  expect(await hotel.fail(`/wallets/${guest}/operation`, { operation_type: 'WITHDRAW', amount: '0.01' })).toBe(
    'insufficient_funds',
  );
  await hotel.setWallet(guest, { status: 'frozen' });
  await hotel.succeed(`/holds/${cancelled}/release`);
  expect(await hotel.fail(`/holds/${missed}/capture`, { amount: '50.00' })).toBe('wallet_frozen');
  await hotel.setWallet(guest, { status: 'active' });
  await hotel.succeed(`/holds/${missed}/capture`, { amount: '50.00' });
  expect(await ofGuest(guest)).toEqual(['250.00', '0.00']);
});

it("a night that was captured in error goes back to the guest's available balance, not to the hold", async () => {
  const [guest, desk] = [await hotel.wallet('100.00'), await hotel.wallet()];
  const stay = await authorise(guest, '100.00');
  const night = { amount: '40.00', to_wallet_id: desk, final: false };
  const { id: first } = await hotel.succeed(`/holds/${stay}/capture`, night);
  await hotel.succeed(`/operations/${first}/reversal`);
  expect([await ofGuest(guest), await hotel.balances(desk)]).toEqual([['40.00', '60.00'], ['0.00']]);
  expect(await hotel.read(`/holds/${stay}`)).toMatchObject({ captured: '40.00', remaining: '60.00' });
  await hotel.succeed(`/holds/${stay}/release`);
  expect(await ofGuest(guest)).toEqual(['100.00', '0.00']);
});
