import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';

/** An operation is accepted or refused for the same reason on its own and as a line of a batch. */

const NOWHERE = '018f0000-0000-7000-8000-000000000000';

let service: Service;
let usd: string;
let gold: string;
beforeAll(async () => {
  service = await startService();
  usd = await createFundedWallet(service.url, '5.00');
  gold = await createFundedWallet(service.url, '5.00', 'GOLD');
  await request(service.url).post('/clients').send({ name: 'Ann', login: 'ann' }).expect(201);
});
afterAll(() => service.stop());

type Body = Readonly<Record<string, unknown>>;

async function askBoth(body: Body): Promise<{ single: request.Response; line: request.Response }> {
  const checking = request(service.url).post('/batches?validate_only=true');
  const line = await checking.send({ operations: [body] });
  const single = await request(service.url).post('/operations').send(body);
  return { single, line };
}

const user = (more: Body): Body => ({ type: 'bonus', external_user_id: 'ann', amount: '1.00', ...more });
const transfer = (from_wallet_id: string, to_wallet_id: string): Body => ({
  ...{ type: 'transfer', from_wallet_id, to_wallet_id, amount: '1.00' },
});

it.each<[string, () => Body, string, string]>([
  ['a field is missing', () => ({ type: 'deposit', wallet_id: usd }), 'invalid_request', 'amount'],
  ['a kind is unknown', () => ({ type: 'gift', wallet_id: usd, amount: '1' }), 'invalid_request', 'type'],
  [
    'two keys differ',
    () => user({ asset: 'PTS', idempotency_key: 'a', reference_id: 'b' }),
    ...(['conflicting_idempotency_keys', 'idempotency_key'] as const),
  ],
  [
    'a wallet is not there',
    () => ({ type: 'deposit', wallet_id: NOWHERE, amount: '-1' }),
    ...(['wallet_not_found', 'wallet_id'] as const),
  ],
  ['a source is not there', () => transfer(NOWHERE, usd), 'wallet_not_found', 'from_wallet_id'],
  ['a receiver is not there', () => transfer(usd, NOWHERE), 'wallet_not_found', 'to_wallet_id'],
  ['a receiver is the source', () => transfer(usd, usd), 'invalid_request', 'to_wallet_id'],
  ['a receiver is of another asset', () => transfer(usd, gold), 'asset_mismatch', 'to_wallet_id'],
  ['an asset is not there', () => user({ asset: 'EUR' }), 'invalid_request', 'asset'],
  ['no asset is named', () => user({}), 'invalid_request', 'asset'],
  ['an amount is not written right', () => user({ asset: 'PTS', amount: '01' }), 'invalid_request', 'amount'],
  [
    'an amount comes before its user',
    () => user({ asset: 'PTS', amount: '-1', external_user_id: 'nobody' }),
    ...(['invalid_request', 'amount'] as const),
  ],
  [
    'a user is not there',
    () => user({ asset: 'PTS', external_user_id: 'nobody' }),
    ...(['user_not_found', 'external_user_id'] as const),
  ],
  [
    'a user has nothing to spend from',
    () => user({ type: 'spend', asset: 'PTS' }),
    ...(['wallet_not_found', 'external_user_id'] as const),
  ],
])('single requests and batches both refuse, where %s', async (_what, bodyOf, code, field) => {
  const { single, line } = await askBoth(bodyOf());
  expect(single.body.code).toBe(code);
  expect(line.body).toMatchObject({ code: 'batch_refused', errors: [{ line: 1, field }] });
  if (code === 'invalid_request') {
    expect(single.body.errors[0]).toEqual({ path: field, message: line.body.errors[0].message });
  }
});

it('neither leaves a wallet behind for a refused operation', async () => {
  await askBoth(user({ asset: 'PTS', idempotency_key: 'a', reference_id: 'b' }));
  await askBoth(user({ type: 'spend', asset: 'DMND' }));
  const { body } = await request(service.url).get('/clients').expect(200);
  expect(body.data[0].wallets).toMatchObject([{ asset: 'USD' }]);
});

it('both accept the same', async () => {
  for (const body of [transfer(usd, await createFundedWallet(service.url)), user({ asset: 'GOLD' })]) {
    const { single, line } = await askBoth(body);
    expect([single.status, line.status]).toEqual([202, 200]);
  }
});
