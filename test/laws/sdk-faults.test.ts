import { WalletApi, WalletDeadlineError, type WalletHandle } from '@wallet/sdk';
import { type FaultProxy, startFaultProxy } from '../chaos/wire/fault-proxy.ts';
import { randomFrom } from '../support/load.ts';
import { FATES, type LossyProxy, startLossyProxy } from '../support/lossy-proxy.ts';
import { type Service, startService } from '../support/service.ts';

const WRITES = process.env['TEST_LONG'] ? 10_000 : 300;
const AT_ONCE = process.env['TEST_LONG'] ? 128 : 32;
/**
 * More than a connection waits to be accepted, or whole crowds of callers give up before they are heard: Node accepts one in each
 * turn of its event loop, which this process shares among callers, proxies and the service.
 */
const TIMEOUT_MS = process.env['TEST_LONG'] ? 10_000 : 3_000;
const WALLETS = 8;
/** Four of ten requests meet a fate; that of silence, which takes longest, seldom. */
const BAD = 0.4;
const DRAWN = FATES.flatMap((fate) => (fate === 'silent' ? [fate] : [fate, fate, fate]));
/** The connections behind break so often, which hits whatever is on its way. */
const RESET_MS = 1_000;

let service: Service;
let network: FaultProxy;
let proxy: LossyProxy;
const random = randomFrom(2_107);
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;

beforeAll(async () => {
  service = await startService();
  network = await startFaultProxy(Number(new URL(service.url).port));
  proxy = await startLossyProxy(`http://127.0.0.1:${network.port}`, () => (random() < BAD ? pick(DRAWN) : 'passes'));
});
afterAll(async () => {
  await proxy.stop();
  await network.stop();
  await service.stop();
});

it(`carries out each of ${WRITES} writes once, whatever is lost, refused or doubled on the way`, async () => {
  let repeated = 0;
  const api = new WalletApi({
    baseUrl: proxy.url,
    timeoutMs: TIMEOUT_MS,
    deadlineMs: 300_000,
    onRetry: () => {
      repeated += 1;
    },
  });
  const wallets = await Promise.all(
    Array.from({ length: WALLETS }, async () => api.wallet((await api.wallets.create()).id)),
  );
  const expected = new Map(wallets.map(({ id }) => [id, 0]));
  const add = ({ id }: WalletHandle, cents: number) => expected.set(id, expected.get(id)! + cents);
  const clients: string[] = [];

  async function write(count: number): Promise<string> {
    const wallet = pick(wallets);
    const kind =
      count <= WALLETS
        ? 'deposit'
        : pick(['deposit', 'deposit', 'withdraw', 'transfer', 'posting', 'client', 'batch'] as const);
    const cents = 1 + Math.floor(random() * 99);
    const amount = (cents / 100).toFixed(2);
    if (kind === 'client') {
      const { id } = await api.clients.create({ name: 'Someone', login: `login-${count}` });
      clients.push(id);
      return id;
    }
    const other = pick(wallets.filter((each) => each !== wallet));
    if (kind === 'deposit') add(wallet, cents);
    if (kind === 'withdraw') add(wallet, -cents);
    if (kind === 'batch') add(wallet, 2 * cents);
    if (kind === 'transfer' || kind === 'posting') {
      add(wallet, -cents);
      add(other, cents);
    }
    const line = { type: 'deposit', wallet_id: wallet.id, amount } as const;
    const legs = [{ from: { wallet_id: wallet.id }, to: { wallet_id: other.id }, amount }];
    if (kind === 'deposit') return (await wallet.deposit(amount)).id;
    if (kind === 'withdraw') return (await wallet.withdraw(amount)).id;
    if (kind === 'transfer') return (await wallet.transfer(amount, { to: other.id })).id;
    if (kind === 'posting') return (await api.operations.post(legs)).id;
    return (await api.batches.create([line, line], { timeoutMs: TIMEOUT_MS })).id;
  }

  // Enough for everything that may be taken before it is given.
  await Promise.all(wallets.map((wallet) => wallet.setCreditLimit('100000.00')));
  const resets = setInterval(() => {
    network.reset();
  }, RESET_MS);
  const ids: string[] = [];
  let begun = 0;
  async function writeOn(): Promise<void> {
    while (begun < WRITES) {
      begun += 1;
      ids.push(await write(begun));
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, writeOn));
  } finally {
    clearInterval(resets);
  }
  await service.drained();

  expect(new Set(ids).size).toBe(WRITES);
  const { rows } = await service.database.query<{
    operations: number;
    batches: number;
    failed: number;
    clients: number;
  }>(
    `SELECT (SELECT count(*)::int FROM operations WHERE batch_id IS NULL) AS operations,
              (SELECT count(*)::int FROM batches) AS batches,
              (SELECT count(*)::int FROM outcomes WHERE error_code IS NOT NULL) AS failed,
              (SELECT count(*)::int FROM clients WHERE login LIKE 'login-%') AS clients`,
  );
  const counts = rows[0]!;
  expect(counts.operations + counts.batches + counts.clients).toBe(WRITES);
  expect(counts).toMatchObject({ failed: 0, clients: clients.length });
  const direct = new WalletApi({ baseUrl: service.url });
  const balances = await Promise.all(wallets.map(async ({ id }) => [id, (await direct.wallet(id).get()).balance]));
  expect(balances).toEqual([...expected].map(([id, cents]) => [id, (cents / 100).toFixed(2)]));
  expect((await direct.wallets.list().toArray(100_000)).filter(({ client_id }) => client_id === null)).toHaveLength(
    WALLETS,
  );
  for (const fate of FATES) expect([fate, proxy.met.get(fate) ?? 0]).not.toEqual([fate, 0]);
  expect(repeated).toBeGreaterThan(WRITES / 10);
  if (process.env['TEST_LONG']) console.log(`${WRITES} writes, ${repeated} repetitions`, Object.fromEntries(proxy.met));
}, 1_200_000);

it('does not repeat what could be done twice, and gives up in time with the key', async () => {
  const lossy = await startLossyProxy(service.url, () => 'lost');
  const api = new WalletApi({ baseUrl: lossy.url, deadlineMs: 1_500 });
  await expect(api.webhookEndpoints.create({ url: 'http://127.0.0.1:9/' })).rejects.toMatchObject({
    name: 'WalletConnectionError',
    attempts: 1,
    mayHaveHappened: true,
  });
  const { id } = await new WalletApi({ baseUrl: service.url }).wallets.create();
  const error = await api
    .wallet(id)
    .deposit('1.00')
    .catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(WalletDeadlineError);
  const { idempotencyKey, mayHaveHappened, attempts } = error as WalletDeadlineError;
  expect([mayHaveHappened, attempts > 1]).toEqual([true, true]);
  await new WalletApi({ baseUrl: service.url })
    .wallet(id)
    .deposit('1.00', { idempotencyKey: idempotencyKey!, wait: '10s' });
  expect(await new WalletApi({ baseUrl: service.url }).wallet(id).get()).toMatchObject({ balance: '1.00' });
  const leave = new AbortController();
  const calls = api.wallet(id).deposit('1.00', { signal: leave.signal, deadlineMs: Infinity });
  leave.abort(new Error('enough'));
  await expect(calls).rejects.toThrow('enough');
  await lossy.stop();
});
