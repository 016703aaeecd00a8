import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';

/** The answer for an accepted operation is made from the request, and must equal what is read of it afterwards. */
let service: Service;
let wallet: string;
let other: string;
beforeAll(async () => {
  service = await startService();
  wallet = await createFundedWallet(service.url, '10.00');
  other = await createFundedWallet(service.url, '10.00');
  await request(service.url).post('/accounts').send({ name: 'fees' }).expect(201);
  // No operation accepted from now on ends.
  await service.stopWorkers();
});
afterAll(() => service.stop());

async function expectSame(path: string, body: object): Promise<string> {
  const answer = await request(service.url).post(path).send(body).expect(202);
  const { body: read } = await request(service.url).get(`/operations/${answer.body.id}`).expect(200);
  expect(read).toMatchObject(answer.body);
  const onlyRead = Object.keys(read).filter((name) => !(name in answer.body));
  expect(onlyRead.sort()).toEqual(['ahead', 'estimated_completion', 'waits_for']);
  expect(Object.values(read)).not.toContain(undefined);
  return answer.body.id as string;
}

const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

it.each([
  ['a hold', () => ({ amount: '1.00' })],
  ['a hold that expires after a while', () => ({ amount: '1.00', expires_in: 60 })],
  ['a hold that expires at a moment', () => ({ amount: '1.00', expires_at: inAnHour() })],
  [
    'a hold that is scheduled, and expires a while after that',
    () => ({ amount: '1.00', expires_in: 60, execute_at: inAnHour() }),
  ],
])('%s', async (_what, hold) => {
  await expectSame(`/wallets/${wallet}/holds`, hold());
});

it.each([
  ['all of it', {}],
  ['a part, which leaves the rest held', { amount: '0.50', final: false }],
  ['to the treasury by its name', { to_account: 'treasury' }],
  ['to a house account', { to_account: 'fees', amount: '0.25' }],
])('a capture: %s', async (_what, capture) => {
  const hold = await expectSame(`/wallets/${wallet}/holds`, { amount: '1.00' });
  await expectSame(`/holds/${hold}/capture`, capture);
});

it('a capture to a wallet, its reversal, and a release', async () => {
  const hold = await expectSame(`/wallets/${wallet}/holds`, { amount: '1.00' });
  const capture = await expectSame(`/holds/${hold}/capture`, { to_wallet_id: other, amount: '0.25' });
  await expectSame(`/operations/${capture}/reversal`, {});
  await expectSame(`/holds/${hold}/release`, { amount: '0.75' });
});

it('a posting, even while it is scheduled', async () => {
  const legs = [
    { from: { wallet_id: wallet }, to: { wallet_id: other.toUpperCase() }, amount: '1.00' },
    { from: { wallet_id: other }, to: { account: 'fees' }, amount: '0.25', asset: 'USD' },
    { from: { account: 'treasury' }, to: { account: 'fees' }, amount: '3', asset: 'GOLD' },
  ];
  await expectSame('/postings', { legs, metadata: { order: 7 } });
  await expectSame('/postings', { legs, execute_at: inAnHour() });
});
