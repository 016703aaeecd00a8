import request from 'supertest';
import { everyItem } from '../../support/every-item.ts';
import { type Scenario, startScenario } from '../../support/scenario.ts';

/** A company pays a thousand employees by a batch, of which one line fails, and takes the whole payroll back. */

let payroll: Scenario;
beforeAll(async () => {
  payroll = await startScenario();
});
afterAll(() => payroll.end());

const EMPLOYEES = 1_000;
/** The line of the employee whose wallet is frozen. */
const FROZEN = 400;
/** The one who spends some of the salary. */
const SPENDER = 700;

/** Salaries differ: of employee n, from 0 on, it is 2,000.00 and n hundredths. */
const salaryOf = (employee: number): string => (2_000 + employee / 100).toFixed(2);

/** Makes the employees as clients with a wallet each. Answers the wallets. */
async function hire(): Promise<string[]> {
  const clients = Array.from({ length: EMPLOYEES }, (_, number) => ({
    ...{ login: `employee-${number}`, name: `Employee ${number}` },
  }));
  const { body } = await request(payroll.service.url).post('/clients/bulk').send({ clients }).expect(200);
  return body.data.map(({ wallets }: { wallets: [{ id: string }] }) => wallets[0].id);
}

async function send(name: string, operations: object[]): Promise<Record<string, any>> {
  const sent = request(payroll.service.url).post('/batches').set('Idempotency-Key', name);
  return (await sent.set('Prefer', 'wait=30').send({ operations }).expect(200)).body;
}

/** Read by the page: there are many. */
async function balancesOf(...wallets: string[]): Promise<string[]> {
  const all = await everyItem(payroll.service.url, '/wallets', { limit: 200 });
  const balances = new Map(all.map(({ id, balance }) => [id, balance as string]));
  return wallets.map((id) => balances.get(id) ?? 'none');
}

async function linesOf(batch: string): Promise<{ id: string; status: string; code: string | null }[]> {
  const lines = await everyItem(payroll.service.url, `/batches/${batch}/operations`, { limit: 200 });
  return lines.map(({ id, status, error }) => ({ id, status, code: error?.code ?? null }));
}

/** Takes back each of the operations. Answers why that failed, or null. */
async function reverse(ids: readonly string[]): Promise<(string | null)[]> {
  const { url } = payroll.service;
  const reversals: string[] = [];
  for (let first = 0; first < ids.length; first += 50) {
    const sent = ids.slice(first, first + 50).map((id) => request(url).post(`/operations/${id}/reversal`).expect(202));
    for (const { body } of await Promise.all(sent)) reversals.push(body.id);
  }
  await payroll.service.drained();
  const ended = new Map(
    (await everyItem(url, '/operations', { type: 'reversal', limit: 200 })).map((each) => [each['id'], each]),
  );
  return reversals.map((id) => ended.get(id)!['error']?.code ?? null);
}

it('a payroll pays all but one by a batch, and all that was paid is taken back, once', async () => {
  const wallets = await hire();
  const company = await payroll.wallet('2004995.00');
  await payroll.setWallet(wallets[FROZEN]!, { status: 'frozen' });
  const salaries = wallets.map((to, employee) => ({
    ...{ type: 'transfer', from_wallet_id: company, to_wallet_id: to, amount: salaryOf(employee) },
    reference_id: `salary-2026-11-${employee}`,
  }));
  const paid = await send('payroll-2026-11', salaries);
  expect(paid).toMatchObject({
    ...{ status: 'completed', total: 1_000, succeeded: 999, failed: 1, pending: 0 },
    // A thousand times 2,000.00 and 0 to 999 hundredths; the one who got nothing was to get 2,004.00.
    sums: [{ asset: 'USD', total: '2004995.00', succeeded: '2002991.00', failed: '2004.00', pending: '0.00' }],
  });
  const lines = await linesOf(paid['id']);
  expect(lines[FROZEN]).toMatchObject({ status: 'failed', code: 'wallet_frozen' });
  const balances = wallets.map((_, employee) => (employee === FROZEN ? '0.00' : salaryOf(employee)));
  expect(await balancesOf(company, ...wallets)).toEqual(['2004.00', ...balances]);

  // One has spent a cent: all the others are taken back, and that one once there is credit for it.
  await payroll.succeed(`/wallets/${wallets[SPENDER]}/operation`, { operation_type: 'WITHDRAW', amount: '0.01' });
  const reversed = await reverse(lines.map(({ id }) => id));
  expect(reversed).toEqual(
    lines.map((_, employee) => {
      if (employee === FROZEN) return 'operation_not_succeeded';
      return employee === SPENDER ? 'insufficient_funds' : null;
    }),
  );
  await payroll.setWallet(wallets[SPENDER]!, { credit_limit: '0.01' });
  await payroll.succeed(`/operations/${lines[SPENDER]!.id}/reversal`);
  const nothing = wallets.map((_, employee) => (employee === SPENDER ? '-0.01' : '0.00'));
  expect(await balancesOf(company, ...wallets)).toEqual(['2004995.00', ...nothing]);

  expect(await payroll.fail(`/operations/${lines[0]!.id}/reversal`)).toBe('reversal_exceeds_operation');
  expect(await balancesOf(company, ...wallets)).toEqual(['2004995.00', ...nothing]);
});
