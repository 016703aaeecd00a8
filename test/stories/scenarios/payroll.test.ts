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

const reversalOf = (operation_id: string): object => ({ type: 'reversal', operation_id });

/** Creates the employees as clients with a wallet each. Returns the wallets. */
async function hire(): Promise<string[]> {
  const clients = Array.from({ length: EMPLOYEES }, (_, number) => ({
    ...{ login: `employee-${number}`, name: `Employee ${number}` },
  }));
  const { body } = await request(payroll.service.url).post('/clients/bulk').send({ clients }).expect(200);
  return body.data.map(({ wallets }: { wallets: [{ id: string }] }) => wallets[0].id);
}

async function send(name: string, operations: object[], query = ''): Promise<Record<string, any>> {
  const sent = request(payroll.service.url).post(`/batches${query}`).set('Idempotency-Key', name);
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

it('a payroll pays all but one by a batch, and is reversed whole or not at all', async () => {
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

  // One has spent a cent, so none is taken back: the lines of the batch stand or fall together.
  await payroll.succeed(`/wallets/${wallets[SPENDER]}/operation`, { operation_type: 'WITHDRAW', amount: '0.01' });
  balances[SPENDER] = '2006.99';
  const reversals = lines.flatMap(({ id, status }) => (status === 'failed' ? [] : [reversalOf(id)]));
  const refused = await send('payroll-2026-11-reversed', reversals, '?atomic=true');
  expect(refused).toMatchObject({ status: 'completed', total: 999, succeeded: 0, failed: 999 });
  const codes = (await linesOf(refused['id'])).map(({ code }) => code);
  expect(codes.filter((code) => code === 'insufficient_funds')).toHaveLength(1);
  expect(codes.filter((code) => code === 'other_line_failed')).toHaveLength(998);
  expect(await balancesOf(company, ...wallets)).toEqual(['2004.00', ...balances]);

  await payroll.setWallet(wallets[SPENDER]!, { credit_limit: '0.01' });
  const { body: reversed } = await request(payroll.service.url)
    .post(`/batches/${refused['id']}/retry`)
    .set('Prefer', 'wait=30')
    .expect(200);
  expect(reversed).toMatchObject({ status: 'completed', total: 999, succeeded: 999, failed: 0, atomic: true });
  const nothing = wallets.map((_, employee) => (employee === SPENDER ? '-0.01' : '0.00'));
  expect(await balancesOf(company, ...wallets)).toEqual(['2004995.00', ...nothing]);

  // Nothing is left to take back, and the failed line never moved anything.
  const again = await send(
    'payroll-2026-11-again',
    lines.map(({ id }) => reversalOf(id)),
  );
  expect(again).toMatchObject({ status: 'completed', total: 1_000, succeeded: 0, failed: 1_000 });
  expect((await linesOf(again['id'])).map(({ code }) => code)).toEqual(
    lines.map(({ status }) => (status === 'failed' ? 'operation_not_succeeded' : 'reversal_exceeds_operation')),
  );
  expect(await balancesOf(company, ...wallets)).toEqual(['2004995.00', ...nothing]);
});
