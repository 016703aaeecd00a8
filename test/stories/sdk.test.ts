import { setTimeout as delay } from 'node:timers/promises';
import { type Operation, WalletApi, type WalletApiError, type WebhookVerificationError, webhooks } from '@wallet/sdk';
import { startReceiver } from '../support/receiver.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
let api: WalletApi;
beforeAll(async () => {
  service = await startService();
  api = new WalletApi({ baseUrl: service.url });
});
afterAll(() => service.stop());

async function fundedWallet(amount: string) {
  const wallet = api.wallet((await api.wallets.create()).id);
  await wallet.deposit(amount, { wait: '10s' });
  return wallet;
}

it('moves amounts in every way, and returns what failed', async () => {
  const from = await fundedWallet('100.00');
  const to = api.wallet((await api.wallets.create({ asset: 'USD' })).id);
  const wait = '10s';
  expect(await from.transfer('10.00', { to: to.id, wait })).toMatchObject({ type: 'transfer', status: 'succeeded' });
  const hold = await from.hold('30.00', { expires_in: 3600, wait });
  expect(await api.holds.capture(hold.id, { amount: '5.00', to_wallet_id: to.id, final: false, wait })).toMatchObject({
    status: 'succeeded',
    amount: '5.00',
  });
  await api.holds.release(hold.id, { wait });
  expect(await api.holds.get(hold.id)).toMatchObject({ captured: '5.00', released: '25.00', status: 'closed' });
  const posted = await api.operations.post(
    [{ from: { wallet_id: from.id }, to: { wallet_id: to.id }, amount: '1.00' }],
    { wait },
  );
  await api.operations.reverse(posted.id, { wait });
  expect(await from.withdraw('1000.00', { wait })).toMatchObject({
    status: 'failed',
    error: { code: 'insufficient_funds' },
  });
  expect(await from.get()).toMatchObject({ balance: '85.00', held: '0.00' });
  expect(await to.get()).toMatchObject({ balance: '15.00' });
  await expect(from.history().toArray(3)).resolves.toHaveLength(3);
  const types: string[] = [];
  for await (const { data } of from.history({ limit: 2 }).pages()) types.push(...data.map(({ type }) => type));
  expect(types).toEqual(['reversal', 'posting', 'release', 'hold', 'transfer', 'deposit']);
});

it('foresees, schedules and cancels, and knows a request by its key or its reference', async () => {
  const wallet = await fundedWallet('1.00');
  const request = { type: 'withdraw', wallet_id: wallet.id, amount: '2.00' } as const;
  expect(await api.operations.dryRun(request)).toMatchObject({ dry_run: true, status: 'failed' });
  const scheduled = await wallet.deposit('1.00', { execute_at: new Date(Date.now() + 3_600_000).toISOString() });
  expect(scheduled.status).toBe('scheduled');
  expect((await api.operations.cancel(scheduled.id)).error?.code).toBe('cancelled');
  const first = await wallet.deposit('1.00', { reference_id: 'order-1' });
  let isReplayed = false;
  const again = await wallet.deposit('1.00', {
    reference_id: 'order-1',
    onAnswer: (answer) => {
      isReplayed = answer.isReplayed;
    },
  });
  expect([again.id, isReplayed]).toEqual([first.id, true]);
  const other = await wallet.deposit('1.00', { idempotencyKey: 'key-1' }).then(({ id }) => id);
  expect((await wallet.deposit('1.00', { idempotencyKey: 'key-1' })).id).toBe(other);
  expect((await api.operations.wait(other)).status).toBe('succeeded');
});

it('sends batches as arrays, lines that come, text and files, and reads what failed', async () => {
  const wallet = await fundedWallet('1.00');
  const line = { type: 'deposit', wallet_id: wallet.id, amount: '1.00' } as const;
  const withdrawal = { type: 'withdraw', wallet_id: wallet.id, amount: '500.00' } as const;
  async function* lines() {
    await Promise.resolve();
    for (let count = 0; count < 1_000; count += 1) yield line;
    yield withdrawal;
  }
  const batch = await api.batches.create(lines());
  expect(await api.batches.wait(batch.id)).toMatchObject({ total: 1_001, succeeded: 1_001 });
  const failing = await api.batches.create([line, { ...withdrawal, amount: '5000.00' }], { atomic: false });
  expect(await api.batches.wait(failing.id)).toMatchObject({ total: 2, succeeded: 1, failed: 1 });
  const failed = await api.batches.lines(failing.id, { status: 'failed' }).toArray(10);
  expect(failed.map(({ line, error }) => [line, error?.code])).toEqual([[2, 'insufficient_funds']]);
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of await api.batches.export(failing.id, { status: 'failed', type: 'text/csv' })) {
    text += decoder.decode(piece, { stream: true });
  }
  expect(text).toContain('insufficient_funds');
  const csv = `type,wallet_id,amount\ndeposit,${wallet.id},1.00\n`;
  const type = 'text/csv';
  const uploaded = await api.batches.upload(csv, { type });
  // A file is known by its content, in whatever form it is sent.
  expect((await api.batches.upload(new Blob([csv]), { type })).id).toBe(uploaded.id);
  expect((await api.batches.upload(() => new Blob([csv]).stream(), { type })).id).toBe(uploaded.id);
  expect(await api.batches.check(csv, { type })).toMatchObject({ accepted_as: uploaded.id });
  // The time for an attempt begins anew with each piece.
  const slowly = async function* () {
    for (const piece of csv.match(/[^]{1,10}/g)!) yield await delay(400, piece);
  };
  expect((await api.batches.upload(slowly(), { type, timeoutMs: 2_000 })).id).toBe(uploaded.id);
  const bad = `type,wallet_id,amount\n${`deposit,${wallet.id},-1\n`.repeat(100_000)}`;
  await expect(api.batches.upload(new Blob([bad]).stream(), { type })).rejects.toMatchObject({
    code: 'batch_refused',
    status: 422,
  });
});

it('throws refusals with their code, their fields and the id of the request', async () => {
  const wallet = api.wallet('0199e0e0-0000-7000-8000-000000000000');
  const missing = await wallet.get().catch((error: unknown) => error as WalletApiError);
  expect(missing).toMatchObject({ name: 'WalletApiError', code: 'wallet_not_found', status: 404, attempts: 1 });
  expect((missing as WalletApiError).requestId).toBeTruthy();
  const { id } = await api.wallets.create();
  await expect(api.wallet(id).deposit('-1')).rejects.toMatchObject({
    code: 'invalid_request',
    errors: [{ path: 'amount' }],
    mayHaveHappened: false,
  });
  await expect(api.wallet('').get()).rejects.toThrow(TypeError);
});

it('makes clients and wallets, and credits users', async () => {
  const { login } = await api.clients.create({ name: 'Grace Hopper', login: 'grace' });
  await expect(api.clients.create({ name: 'Another', login })).rejects.toMatchObject({ code: 'login_taken' });
  expect(await api.clients.createMany([{ name: 'Grace Hopper', login, assets: ['GOLD'] }])).toMatchObject({
    existing: 1,
  });
  const user = api.user(login);
  await user.topUp('10', { asset: 'GOLD', wait: '10s' });
  await user.spend('4', { asset: 'GOLD', wait: '10s' });
  expect(await user.wallet({ asset: 'GOLD' })).toMatchObject({ balance: '6.00' });
  const [client] = await api.clients.list({ login }).toArray(1);
  expect(client?.wallets.map(({ asset }) => asset).sort()).toEqual(['GOLD', 'USD']);
});

it('streams events, and begins again where it was', async () => {
  const wallet = await fundedWallet('1.00');
  await api.webhookEndpoints.create({ url: 'http://127.0.0.1:9/', event_types: ['wallet.frozen', 'wallet.activated'] });
  const { value: page } = await api.events.list().pages().next();
  const leave = new AbortController();
  const stream = api.events.stream({ after: page!.next_cursor, signal: leave.signal });
  await wallet.freeze();
  const { value: frozen } = await stream.next();
  await wallet.activate();
  const { value: activated } = await stream.next();
  expect([frozen!.event.type, activated!.event.type]).toEqual(['wallet.frozen', 'wallet.activated']);
  const end = stream.next();
  leave.abort(new Error('enough'));
  await expect(end).rejects.toThrow('enough');
  const [again] = await api.events.list({ after: frozen!.cursor }).toArray(1);
  expect(again!.id).toBe(activated!.event.id);
});

it('verifies what the service signs, with each of the secrets while one is rotated, and nothing else', async () => {
  const receiver = await startReceiver();
  const { id, secret } = await api.webhookEndpoints.create({ url: receiver.url, event_types: ['batch.completed'] });
  const rotated = await api.webhookEndpoints.rotateSecret(id);
  const delivery = await api.webhookEndpoints.test(id);
  await receiver.until((received) => received.length > 0);
  const { body, headers } = receiver.received[0]!;
  const event = await webhooks.verify(body, headers, secret);
  expect(event).toMatchObject({ id: delivery.event_id, type: 'webhook_endpoint.test' });
  await expect(
    webhooks.verify(Buffer.from(body), new Headers(headers as Record<string, string>), [rotated.secret]),
  ).resolves.toEqual(event);
  const refused = (change: object, payload = body, secrets: string | string[] = secret) =>
    webhooks
      .verify(payload, { ...headers, ...change }, secrets)
      .catch((error: unknown) => (error as WebhookVerificationError).code);
  expect(await refused({}, `${body} `)).toBe('signature_wrong');
  expect(await refused({}, body, `whsec_${btoa('another secret of its own')}`)).toBe('signature_wrong');
  expect(await refused({ 'webhook-id': 'another' })).toBe('signature_wrong');
  expect(await refused({ 'webhook-signature': String(headers['webhook-signature']).replaceAll('v1,', 'v1a,') })).toBe(
    'signature_wrong',
  );
  expect(await refused({ 'webhook-timestamp': undefined })).toBe('header_missing');
  for (const offset of [-301, 301]) {
    const moment = String(Math.floor(Date.now() / 1_000) + offset);
    expect(await refused({ 'webhook-timestamp': moment })).toBe('too_old_or_early');
  }
  await expect(webhooks.verify(body, headers, 'no secret')).rejects.toThrow(TypeError);
  await api.webhookEndpoints.delete(id);
  await receiver.stop();
});

/** Types only: what the union of the document narrows to. */
export function receiverOf(operation: Operation): string {
  if (operation.type !== 'transfer') return operation.id;
  const receiver: string = operation.to_wallet_id;
  return operation.status === 'failed' ? operation.error.code : receiver;
}
