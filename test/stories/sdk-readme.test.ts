import { readFileSync } from 'node:fs';
import { WalletApi, WalletApiError, WalletError, webhooks } from '@wallet/sdk';
import { Webhook } from 'standardwebhooks';
import { type Service, startService } from '../support/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const readme = readFileSync(new URL('../../sdk/README.md', import.meta.url), 'utf8');
const source = readFileSync(new URL(import.meta.url), 'utf8');
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

it('has every example of the README of the SDK', () => {
  const inOneLine = (text: string) => text.replace(/\s+/g, ' ').trim();
  const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) =>
    inOneLine(
      code!
        .replace(/^import .*$/gm, '')
        // Where the service is, and its key, differ.
        .replace(/new WalletApi\(.*\)/, 'new WalletApi({ baseUrl: service.url })'),
    ),
  );
  expect(examples.length).toBeGreaterThanOrEqual(7);
  for (const example of examples) expect(inOneLine(source)).toContain(example);
  expect(readme.split('\n').length).toBeLessThanOrEqual(121);
});

it('moves money as in the README', async () => {
  const told = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  {
    const api = new WalletApi({ baseUrl: service.url });
    const { id } = await api.wallets.create({ asset: 'USD' });
    const wallet = api.wallet(id);

    const deposit = await wallet.deposit('25.00', { reference_id: 'order-4711', wait: '5s' });
    if (deposit.status === 'failed') console.log(deposit.error.code);
    const hold = await wallet.hold('10.00', { expires_in: 3600 });
    await api.holds.capture(hold.id, { amount: '7.50' });

    const bonus = await wallet.deposit('1.00', { execute_at: new Date(Date.now() + 60_000).toISOString() });
    await api.operations.cancel(bonus.id);
    await api.operations.reverse(deposit.id, { amount: '5.00', description: 'one of five returned' });
    await api.operations.wait(hold.id, { wait: '30s' });
    for await (const line of wallet.history({ type: 'deposit' })) {
      console.log(line.created_at, line.amount, line.balance_after);
    }
    function* salaries() {
      for (let count = 1; count <= 100; count += 1) {
        yield { type: 'deposit', wallet_id: id, amount: '1.00', reference_id: `salary-${count}` } as const;
      }
    }
    const batch = await api.batches.create(salaries);
    for await (const { succeeded, total } of api.batches.follow(batch.id)) console.log(`${succeeded} of ${total}`);
    for await (const { line, error } of api.batches.lines(batch.id, { status: 'failed' }))
      console.log(line, error?.message);
    const csv = new Blob(['type,wallet_id,amount\n', `deposit,${id},2.00\n`]);
    const upload = await api.batches.upload(csv, { type: 'text/csv' });
    await api.batches.wait(upload.id);
    try {
      await api.wallet('0199e0e0-0000-7000-8000-000000000000').deposit('1.00');
    } catch (error) {
      if (error instanceof WalletApiError && error.code === 'wallet_not_found')
        console.log(error.message, error.requestId);
      else if (error instanceof WalletError && error.mayHaveHappened) console.log('repeat with', error.idempotencyKey);
      else throw error;
    }
    expect(deposit.status).toBe('succeeded');
    expect(await api.operations.wait(hold.id)).toMatchObject({ status: 'succeeded' });
    expect(await api.batches.wait(batch.id)).toMatchObject({ total: 100, succeeded: 100 });
  }
  expect(told.mock.calls.map(([first]) => String(first))).toEqual(
    expect.arrayContaining(['100 of 100', expect.stringContaining('There is no wallet')]),
  );
  told.mockRestore();
});

it('receives webhooks as in the README', async () => {
  const told = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  {
    async function receive(request: Request, secret: string): Promise<Response> {
      const event = await webhooks.verify(await request.text(), request.headers, secret);
      console.log(event.id, event.type);
      return new Response(null, { status: 204 });
    }
    const body = JSON.stringify({ type: 'wallet.frozen', timestamp: new Date().toISOString(), data: {} });
    const now = new Date();
    const headers = {
      'webhook-id': 'event-1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': new Webhook(SECRET).sign('event-1', now, body),
    };
    const request = new Request('http://127.0.0.1/', { method: 'POST', body, headers });
    expect((await receive(request, SECRET)).status).toBe(204);
  }
  expect(told).toHaveBeenCalledWith('event-1', 'wallet.frozen');
  told.mockRestore();
});
