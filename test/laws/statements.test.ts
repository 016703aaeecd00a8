import Papa from 'papaparse';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

/** A statement adds up, whatever is applied while it is read, and breaks off rather than be wrong. */

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

interface Line {
  readonly version: number;
  readonly amount: string;
  readonly balance: string;
}

const cents = (text: string): bigint => BigInt(text.replace('.', ''));

/** Fails unless the lines lead from one balance to the other without a gap. Returns the last version. */
function expectToAddUp(opening: string, lines: readonly Line[], closing: string): void {
  let balance = cents(opening);
  const first = lines[0]?.version ?? 0;
  for (const [index, line] of lines.entries()) {
    balance += cents(line.amount);
    expect([line.version, cents(line.balance)]).toEqual([first + index, balance]);
  }
  expect(cents(closing)).toBe(balance);
}

const read = async (wallet: string, format: 'json' | 'csv'): Promise<string> =>
  (await request(service.url).get(`/wallets/${wallet}/statement`).query({ format }).expect(200)).text;

function parseCsv(text: string): { opening: string; lines: Line[]; closing: string } {
  const records = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true }).data;
  const [first, last] = [records[0]!, records.at(-1)!];
  expect([first['type'], last['type']]).toEqual(['opening_balance', 'closing_balance']);
  const lines = records.slice(1, -1).map(({ version, amount, balance }) => ({
    ...{ version: Number(version), amount: amount!, balance: balance! },
  }));
  return { opening: first['balance']!, lines, closing: last['balance']! };
}

it('adds up while a batch is applied to the wallet, over several pages, and has all of it in the end', async () => {
  const wallet = await createFundedWallet(service.url, '100.00');
  const operations = Array.from({ length: 2_500 }, (_, index) => ({
    ...{ type: index % 3 === 0 ? 'withdraw' : 'deposit', wallet_id: wallet, amount: '0.01' },
  }));
  await request(service.url).post('/batches').send({ operations }).expect(202);
  let most = 0;
  for (let round = 0; round < 6; round += 1) {
    const json = JSON.parse(await read(wallet, 'json')) as {
      opening_balance: string;
      closing_balance: string;
      lines: Line[];
    };
    expectToAddUp(json.opening_balance, json.lines, json.closing_balance);
    const csv = parseCsv(await read(wallet, 'csv'));
    expectToAddUp(csv.opening, csv.lines, csv.closing);
    expect(csv.lines.length).toBeGreaterThanOrEqual(json.lines.length);
    expect(json.lines.length).toBeGreaterThanOrEqual(most);
    most = csv.lines.length;
  }
  await service.drained();
  const { lines, closing } = parseCsv(await read(wallet, 'csv'));
  expect([lines.length, closing]).toEqual([2_501, '108.32']);
});

it('breaks off if a movement is missing', async () => {
  const wallet = await createFundedWallet(service.url, '1.00');
  const { id } = await operate(service.url, wallet, 'DEPOSIT', '2.00');
  await operate(service.url, wallet, 'DEPOSIT', '3.00');
  await service.database.query(
    `BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM movements WHERE operation_id = '${String(id)}'; COMMIT`,
  );
  await expect(read(wallet, 'csv')).rejects.toThrow(/aborted|hang up|terminated/);
});
