import request from 'supertest';
import { dryRun, toldOf } from '../support/dry-run.ts';
import { type Service, startService } from '../support/service.ts';
import { ask } from '../support/terms.ts';
import { createFundedWallet } from '../support/wallets.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
  await request(service.url).post('/accounts').send({ name: 'fees' }).expect(201);
});
afterAll(() => service.stop());

/** A request for an operation: its path and its body. */
type Asked = readonly [path: string, body: object];

async function held(wallet: string, amount: string): Promise<string> {
  return (await ask(service, `/wallets/${wallet}/holds`, { amount }))['id'] as string;
}

async function paid(wallet: string, amount: string): Promise<{ id: string; to: string }> {
  const to = await createFundedWallet(service.url);
  const { id } = await ask(service, '/transfers', { from_wallet_id: wallet, to_wallet_id: to, amount });
  return { id, to };
}

const IN_AN_HOUR = new Date(Date.now() + 3_600_000).toISOString();

/** For each kind, a request on a wallet that holds 10.00, and the same in the general form. */
const KINDS: Readonly<Record<string, (wallet: string) => Promise<Asked> | Asked>> = {
  'a deposit': (wallet) => [`/wallets/${wallet}/operation`, { operation_type: 'DEPOSIT', amount: '1.00' }],
  'a withdrawal': (wallet) => [`/wallets/${wallet}/operations`, { operation_type: 'WITHDRAW', amount: '1.00' }],
  'a resupply': (wallet) => ['/resupplies', { wallet_id: wallet, amount: '1.00', priority: 'low' }],
  'a transfer': async (wallet) => {
    const to_wallet_id = await createFundedWallet(service.url, '2.00');
    return ['/transfers', { from_wallet_id: wallet, to_wallet_id, amount: '1.00' }];
  },
  'a first hold': (wallet) => [`/wallets/${wallet}/holds`, { amount: '1.00', expires_at: IN_AN_HOUR }],
  'another hold': async (wallet) => {
    await held(wallet, '1.00');
    return [`/wallets/${wallet}/holds`, { amount: '2.00' }];
  },
  'a capture': async (wallet) => [`/holds/${await held(wallet, '4.00')}/capture`, { amount: '1.50' }],
  'a capture of all that is left': async (wallet) => [`/holds/${await held(wallet, '4.00')}/capture`, {}],
  'a capture to a wallet': async (wallet) => {
    const to_wallet_id = await createFundedWallet(service.url, '2.00');
    return [`/holds/${await held(wallet, '4.00')}/capture`, { amount: '1.00', to_wallet_id, final: false }];
  },
  'a capture to a house account': async (wallet) => [
    `/holds/${await held(wallet, '4.00')}/capture`,
    { to_account: 'fees' },
  ],
  'a release': async (wallet) => [`/holds/${await held(wallet, '4.00')}/release`, {}],
  'a reversal': async (wallet) => [`/operations/${(await paid(wallet, '3.00')).id}/reversal`, {}],
  'a reversal of a part': async (wallet) => [
    `/operations/${(await paid(wallet, '3.00')).id}/reversal`,
    { amount: '1.00' },
  ],
  'a posting': async (wallet) => {
    const [from, to] = [{ wallet_id: wallet }, { wallet_id: await createFundedWallet(service.url) }];
    const legs = [
      { from, to, amount: '3.00' },
      { from: to, to: { account: 'fees' }, amount: '0.30' },
      { from: { account: 'fees' }, to: { account: 'treasury' }, asset: 'USD', amount: '0.10' },
    ];
    return ['/postings', { legs, description: 'with a fee', metadata: { order: 1 } }];
  },
  'a reversal of a posting': async (wallet) => {
    const legs = [
      { from: { wallet_id: wallet }, to: { account: 'fees' }, amount: '3.00' },
      { from: { wallet_id: wallet }, to: { account: 'treasury' }, amount: '1.00' },
    ];
    return [`/operations/${(await ask(service, '/postings', { legs }))['id']}/reversal`, {}];
  },
  'an operation of the general form': (wallet) => ['/operations', { type: 'hold', wallet_id: wallet, amount: 1 }],
};

/** Requests on a wallet that holds 10.00 that fail, and why. */
const FAILING: Readonly<Record<string, (wallet: string) => Promise<Asked> | Asked>> = {
  insufficient_funds: (wallet) => [
    `/wallets/${wallet}/operation`,
    { operation_type: 'WITHDRAW', amount: '10.01', description: 'too much' },
  ],
  hold_closed: async (wallet) => {
    const hold = await held(wallet, '1.00');
    await ask(service, `/holds/${hold}/release`);
    return [`/holds/${hold}/capture`, {}];
  },
  hold_exceeded: async (wallet) => [`/holds/${await held(wallet, '1.00')}/release`, { amount: '1.01' }],
  operation_not_succeeded: async (wallet) => {
    const failed = await ask(service, '/operations', { type: 'spend', ...(await userOf('poor', '1.00')), amount: 2 });
    expect([wallet, failed['status']]).toEqual([wallet, 'failed']);
    return [`/operations/${failed['id']}/reversal`, {}];
  },
  reversal_exceeds_operation: async (wallet) => [
    `/operations/${(await paid(wallet, '3.00')).id}/reversal`,
    { amount: '3.01' },
  ],
  wallet_frozen: async (wallet) => {
    await request(service.url).patch(`/wallets/${wallet}`).send({ status: 'frozen' }).expect(200);
    return ['/resupplies', { wallet_id: wallet, amount: '1.00' }];
  },
  balance_limit_exceeded: (wallet) => ['/resupplies', { wallet_id: wallet, amount: '92233720368547758.07' }],
  asset_not_transferable: async () => {
    const [from, to] = [
      await createFundedWallet(service.url, '1.00', 'GOLD'),
      await createFundedWallet(service.url, undefined, 'GOLD'),
    ];
    return ['/transfers', { from_wallet_id: from, to_wallet_id: to, amount: '1.00' }];
  },
};

/** A user, whose wallet of USD is credited if an amount is given. */
async function userOf(login: string, credit?: string): Promise<{ external_user_id: string; asset: string }> {
  await request(service.url).post('/clients').send({ login, name: login, asset: 'PTS' }).expect(201);
  const user = { external_user_id: login, asset: 'USD' };
  if (credit !== undefined) await ask(service, '/operations', { type: 'bonus', ...user, amount: credit });
  return user;
}

describe('a dry run', () => {
  it.each(Object.keys(KINDS))('of %s tells what comes of it', async (name) => {
    const [path, body] = await KINDS[name]!(await createFundedWallet(service.url, '10.00'));
    const told = await dryRun(service, path, body);
    expect(told).toMatchObject({ dry_run: true, ahead: 0, status: 'succeeded', id: null, created_at: null });
    expect(toldOf(await ask(service, path, body))).toEqual(toldOf(told));
  });

  it.each(Object.keys(FAILING))('tells that an operation would fail with %s', async (code) => {
    const [path, body] = await FAILING[code]!(await createFundedWallet(service.url, '10.00'));
    const told = await dryRun(service, path, body);
    expect(told).toMatchObject({ status: 'failed', result: null, error: { code } });
    expect(toldOf(await ask(service, path, body))).toEqual(toldOf(told));
  });

  it.each(['top-up', 'bonus'])('of a %s of a user without a wallet makes none', async (word) => {
    const user = await userOf(`without-wallet-${word}`);
    const path = `/wallets/users/${user.external_user_id}/${word}`;
    const told = await dryRun(service, path, { asset: 'USD', amount: '5.00' });
    expect(told).toMatchObject({ status: 'succeeded', result: { wallet_balance: '5.00', wallet_version: 1 } });
    await request(service.url).get(`/wallets/${told['wallet_id']}`).expect(404);
    await dryRunRefused(
      `/wallets/users/${user.external_user_id}/spend`,
      { asset: 'USD', amount: 1 },
      'wallet_not_found',
    );
    expect(toldOf(await ask(service, path, { asset: 'USD', amount: '5.00' }))).toEqual(toldOf(told));
  });

  it('of a scheduled operation predicts its outcome as if it were due', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const asked = { wallet_id: wallet, amount: '1.00', execute_at: IN_AN_HOUR };
    const scheduled = await request(service.url).post('/resupplies').send(asked).expect(202);
    const told = await dryRun(service, '/resupplies', asked);
    expect(told).toMatchObject({ status: 'succeeded', execute_at: IN_AN_HOUR, ahead: 0 });
    expect(told['result']).toMatchObject({ wallet_balance: '11.00', wallet_version: 2 });
    await request(service.url).post(`/operations/${scheduled.body.id}/cancel`).expect(200);
  });

  it('of a credit of a user whose wallet cannot have the usual id names another', async () => {
    const user = await userOf('with-taken-id');
    const path = `/wallets/users/${user.external_user_id}/bonus`;
    const { wallet_id: id } = await dryRun(service, path, { asset: 'USD', amount: '5.00' });
    await request(service.url).post('/wallets').send({ id }).expect(201);
    await ask(service, '/resupplies', { wallet_id: id, amount: '3.00' });
    const told = await dryRun(service, path, { asset: 'USD', amount: '5.00' });
    expect(told['wallet_id']).not.toBe(id);
    expect(told['result'].wallet_balance).toBe('5.00');
  });
});

async function dryRunRefused(path: string, body: object, code: string): Promise<void> {
  const asked = (query: string) => request(service.url).post(`${path}${query}`).send(body);
  const [dry, real] = [await asked('?dry_run=true'), await asked('')];
  expect(dry.body).toMatchObject({ code });
  expect({ ...dry.body, request_id: null }).toEqual({ ...real.body, request_id: null });
}

describe('a dry run is refused like the request itself', () => {
  const NOBODY = '018f0000-0000-7000-8000-000000000000';
  it.each<[string, string, object]>([
    ['wallet_not_found', '/resupplies', { wallet_id: NOBODY, amount: 1 }],
    ['hold_not_found', `/holds/${NOBODY}/capture`, {}],
    ['operation_not_found', `/operations/${NOBODY}/reversal`, {}],
    ['user_not_found', '/wallets/users/nobody/bonus', { asset: 'USD', amount: 1 }],
    ['invalid_request', '/resupplies', { wallet_id: NOBODY, amount: 1, unknown: 1 }],
  ])('with %s', async (code, path, body) => {
    await dryRunRefused(path, body, code);
  });

  it('with not_reversible, account_not_found, asset_mismatch, and invalid amounts', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const hold = await held(wallet, '1.00');
    await dryRunRefused(`/operations/${hold}/reversal`, {}, 'not_reversible');
    await dryRunRefused(`/holds/${hold}/capture`, { to_account: 'nobody' }, 'account_not_found');
    const to_wallet_id = await createFundedWallet(service.url, undefined, 'GOLD');
    await dryRunRefused('/transfers', { from_wallet_id: wallet, to_wallet_id, amount: 1 }, 'asset_mismatch');
    await dryRunRefused('/resupplies', { wallet_id: wallet, amount: '1.001' }, 'invalid_request');
    await dryRunRefused(
      `/wallets/${wallet}/holds`,
      { amount: 1, expires_at: '2020-01-01T00:00:00Z' },
      'invalid_request',
    );
  });
});

describe('the parameter dry_run', () => {
  it.each([
    'dry_run=yes',
    'dry_run=',
    'dry_run=true&dry_run=true',
    'dryrun=true',
    'dry_run=True',
    'validate_only=true',
  ])('is refused as %s, and nothing is accepted', async (query) => {
    const wallet = await createFundedWallet(service.url);
    const { body } = await request(service.url)
      .post(`/resupplies?${query}`)
      .send({ wallet_id: wallet, amount: 1 })
      .expect(400);
    expect(body.code).toBe('invalid_request');
    const listed = await request(service.url).get('/operations').query({ wallet_id: wallet }).expect(200);
    expect(listed.body.data).toEqual([]);
  });

  it('means no if it is false', async () => {
    const wallet = await createFundedWallet(service.url);
    const asked = { wallet_id: wallet, amount: 1 };
    const { body } = await request(service.url).post('/resupplies?dry_run=false').send(asked).expect(202);
    expect(body).toMatchObject({ status: 'pending', wallet_id: wallet });
    expect(body).not.toHaveProperty('dry_run');
  });

  it('is documented for every endpoint of single operations', async () => {
    const { paths, components } = (await request(service.url).get('/openapi.json').expect(200)).body;
    expect(JSON.stringify(components.schemas.OperationOrDryRun)).toContain('schemas/DryRun');
    const posts = Object.values<any>(paths).flatMap(({ post }) => (post?.responses['202'] ? [post] : []));
    const single = posts.filter((post) => JSON.stringify(post.responses['202']).includes('schemas/Operation'));
    expect(single.length).toBeGreaterThanOrEqual(13);
    for (const { parameters, responses } of single) {
      expect(parameters).toContainEqual(expect.objectContaining({ name: 'dry_run', in: 'query' }));
      expect(JSON.stringify(responses['200'])).toContain('schemas/OperationOrDryRun');
      expect(responses['409'].description).toContain('too_many_pending');
    }
  });
});

describe('a dry run with a key', () => {
  it('does not use it up, and returns the operation that has it', async () => {
    const wallet = await createFundedWallet(service.url, '10.00');
    const asked = { wallet_id: wallet, amount: '1.00', idempotency_key: `dry-${wallet}` };
    expect(await dryRun(service, '/resupplies', asked)).toMatchObject({
      dry_run: true,
      idempotency_key: `dry-${wallet}`,
    });
    await dryRun(service, '/resupplies', { ...asked, amount: '2.00' });
    const done = await ask(service, '/resupplies', asked);
    const again = await request(service.url).post('/resupplies?dry_run=true').send(asked).expect(200);
    expect(again.body).toEqual(done);
    expect(again.headers['idempotent-replayed']).toBe('true');
    await dryRunRefused('/resupplies', { ...asked, amount: '2.00' }, 'idempotency_key_reused');
  });
});
