import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { batch, countBatches, folder, service, wallet, write } from '../support/batch-command.ts';
import { NO_FUNDS, UNKEYED } from '../support/client-command.ts';
import { startBreakingProxy } from '../support/breaking-proxy.ts';
import { startService } from '../support/service.ts';
import { balanceOf, createFundedWallet } from '../support/wallets.ts';

/** Files that were sent before, that stand for what was accepted before, or that changed since. */
describe('npm run batch, once more', () => {
  it('credits nothing twice when it runs again', async () => {
    const file = write('credits.csv', 'type,wallet_id,amount', `deposit,${wallet},10.50`, `withdraw,${wallet},99`);
    const first = await batch(file);
    const second = await batch(file);
    expect([first.code, second.code]).toEqual([4, 4]);
    expect(second.out).toMatch(/had been accepted before, at \S+Z: nothing was accepted again\.\n/);
    expect(second.out).toContain(first.out);
    expect(await balanceOf(service.url, wallet)).toBe('10.50');
  });

  describe('with lines that were accepted earlier, under their own keys', () => {
    const header = 'type,wallet_id,amount,reference_id';
    const key = (name: string): string => `${name}.${wallet}`;

    it('exits 0 if they succeeded then', async () => {
      const first = `deposit,${wallet},3.00,${key('a')}`;
      await batch(write('first.csv', header, first));
      const run = await batch(write('second.csv', header, first, `deposit,${wallet},5.00,${key('b')}`));
      expect(run).toMatchObject({ code: 0, err: '' });
      expect(run.out).toMatch(
        /: 1 operation in \S+ s, 1 succeeded, 0 failed\.\n1 line had been accepted earlier under its key: 1 succeeded, 0 failed\.\n$/,
      );
      expect(await balanceOf(service.url, wallet)).toBe('8.00');
      expect(readdirSync(folder).sort()).toEqual(['first.csv', 'second.csv']);
    });

    it('exits 4 if some failed then, counts them apart from its own, and says what they need', async () => {
      const failing = `withdraw,${wallet},1,${key('a')}`;
      const good = `deposit,${wallet},2,${key('b')}`;
      await batch(write('first.csv', header, failing, good));
      const file = write('second.csv', header, `withdraw,${wallet},9,`, failing, good);
      const run = await batch(file);
      expect(run.code).toBe(4);
      expect(run.out).toContain(': 1 operation in ');
      expect(run.out).toContain(
        ' 0 succeeded, 1 failed.\n2 lines had been accepted earlier under their keys: 1 succeeded, 1 failed. ' +
          'A line that failed then needs another key to be tried again.\nThe 2 lines that failed are in ',
      );
      const { code, out } = await batch(file, '--json');
      expect(code).toBe(4);
      expect(JSON.parse(out)).toMatchObject({
        ...{ total: 1, failed: 1, replayed: 2, accepted_before: true },
        failed_lines: { count: 2, accepted_earlier: 1, file: join(folder, 'second.failed.csv'), problem: null },
      });
      const failed = readFileSync(join(folder, 'second.failed.csv'), 'utf8').split('\n');
      expect(failed[1]).toContain(`withdraw,${wallet},9,,`);
      expect(failed[2]).toContain(`${failing},`);
    });

    it('waits for those that are still pending', async () => {
      const idle = await startService({ worker: false });
      try {
        const own = await createFundedWallet(idle.url);
        const line = { type: 'withdraw', wallet_id: own, amount: '1', idempotency_key: key('p') };
        const response = await fetch(`${idle.url}/operations`, {
          ...{ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(line) },
        });
        expect(response.status).toBe(202);
        const file = write('credits.csv', 'type,wallet_id,amount,idempotency_key', `withdraw,${own},1,${key('p')}`);
        let isWorking = false;
        const proxy = await startBreakingProxy(idle.url, {}, (route) => {
          if (route !== 'GET /batches/{id}/operations' || isWorking) return;
          isWorking = true;
          idle.startWorker();
        });
        const { code, out } = await batch(file, '--url', proxy.url);
        await proxy.stop();
        expect(out).toContain(': 0 operations in ');
        expect(out).toContain('1 line had been accepted earlier under its key: 0 succeeded, 1 failed.');
        expect({ code, isWorking }).toEqual({ code: 4, isWorking: true });
      } finally {
        await idle.stop();
      }
    });
  });

  it('names the right records when the same lines are sent again in another layout', async () => {
    const rows = [`deposit,${wallet},1.00`, `withdraw,${wallet},90.00`, `deposit,${wallet},2.00`];
    await batch(write('first.csv', 'type,wallet_id,amount', ...rows));
    const { code } = await batch(write('second.csv', '', 'type,wallet_id,amount', '', ',,', ...rows));
    expect(code).toBe(4);
    const failed = readFileSync(join(folder, 'second.failed.csv'), 'utf8').trimEnd().split('\n');
    expect(failed[0]).toMatch(/^type,wallet_id,amount,operation_id,/);
    expect(failed.slice(1)).toEqual([expect.stringMatching(new RegExp(`^withdraw,${wallet},90\\.00,.*,${NO_FUNDS}$`))]);
  });

  it.each<[string, string, BufferEncoding, string]>([
    ['semicolons and UTF-16', ';', 'utf16le', '\r\n'],
    ['tabs and CR line ends', '\t', 'utf8', '\r'],
    ['commas', ',', 'utf8', '\n'],
  ])('writes the records that failed in the dialect of the file: %s', async (_name, separator, encoding, end) => {
    const record = (...fields: string[]): string => fields.join(separator);
    const head = [`sep=${separator}`, record('Type', 'Wallet ID', 'Amount', 'Description')];
    const failing = record('WITHDRAW', wallet, '7.00', `"a${separator}b, ""c""${end}d"`);
    const rows = [...head, record('', '', '', ''), record('Deposit', wallet, '5.00', ''), failing];
    const path = join(folder, 'credits.csv');
    writeFileSync(path, Buffer.from(`\uFEFF${rows.join(end)}`, encoding));
    const run = await batch(path);
    expect(run).toMatchObject({ code: 4, err: expect.stringMatching(UNKEYED) });
    const { rows: found } = await service.database.query<{ id: string }>(
      'SELECT id FROM operations WHERE wallet_id = $1 AND amount = 700',
      [wallet],
    );
    const marked = record(failing, found[0]!.id, ...NO_FUNDS.split(','));
    const wanted = [head[0], record(head[1]!, 'operation_id', 'status', 'error_code', 'error'), marked, ''];
    expect(readFileSync(join(folder, 'credits.failed.csv'), encoding)).toBe(`\uFEFF${wanted.join(end)}`);
  });

  it.each([
    ['credits.csv', 'type,wallet_id,amount,Reference ID', (id: string) => `deposit,${id},1,`],
    ['credits.csv', 'type;wallet_id;amount;"Idempotency-Key"', (id: string) => `deposit;${id};1;`],
    [
      'credits.ndjson',
      '',
      (id: string) => `{"type":"deposit","wallet_id":"${id}","amount":"1","reference_id":"${id}"}`,
    ],
  ])('does not warn of %s with keys of lines: %s', async (name, header, line) => {
    const run = await batch(write(name, header, line(wallet)));
    expect(run).toMatchObject({ code: 0, err: '' });
  });

  it('does not warn when the batch has a name, under which a changed file is refused', async () => {
    const rows = ['type,wallet_id,amount', `deposit,${wallet},1`];
    const file = write('credits.csv', ...rows);
    expect(await batch(file, '--key', wallet)).toMatchObject({ code: 0, err: '' });
    write('credits.csv', ...rows, `deposit,${wallet},2`);
    expect(await batch(file, '--key', wallet)).toMatchObject({ code: 4, err: '' });
    expect(await balanceOf(service.url, wallet)).toBe('1.00');
  });

  it.each(['credits.csv', 'credits.ndjson'])(
    'refuses the file that it wrote of %s itself, and says why',
    async (name) => {
      const line = { type: 'withdraw', wallet_id: wallet, amount: '7.00' };
      const rows =
        name === 'credits.csv' ? ['type,wallet_id,amount', Object.values(line).join(',')] : [JSON.stringify(line)];
      await batch(write(name, ...rows));
      const before = await countBatches();
      const { code, out, err } = await batch(join(folder, name.replace('.', '.failed.')));
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(/ holds lines that failed, .* is not sent as it is: POST \/batches\/\{id\}\/retry sends /);
      expect(err.trimEnd()).not.toContain('\n');
      expect(await countBatches()).toBe(before);
    },
  );

  it('says that a batch was cancelled', async () => {
    const idle = await startService({ worker: false });
    try {
      const own = await createFundedWallet(idle.url);
      const file = write('credits.csv', 'type,wallet_id,amount', `deposit,${own},1`);
      let isCancelled = false;
      const proxy = await startBreakingProxy(idle.url, {}, (route) => {
        if (route !== 'GET /batches/{id}' || isCancelled) return;
        isCancelled = true;
        void idle.database.query('SELECT id FROM batches').then(async ({ rows }) => {
          const [{ id }] = rows as [{ id: string }];
          await fetch(`${idle.url}/batches/${id}/cancel`, { method: 'POST' });
          idle.startWorker();
        });
      });
      const { code, out } = await batch(file, '--url', proxy.url);
      await proxy.stop();
      expect(code).toBe(4);
      expect(out).toContain('0 succeeded, 1 failed.\nIt was cancelled: what was pending then has failed.\n');
    } finally {
      await idle.stop();
    }
  });

  it('says that a file of failed lines is from an earlier run', async () => {
    write('credits.failed.csv', 'old');
    const { code, out } = await batch(write('credits.csv', 'type,wallet_id,amount', `deposit,${wallet},1`));
    expect(code).toBe(0);
    expect(out).toContain(`\nNo line failed: ${join(folder, 'credits.failed.csv')} is from an earlier run.\n`);
  });

  it('does not mark records of a file that was changed while it was followed', async () => {
    const rows = ['type,wallet_id,amount', `deposit,${wallet},1.00`, `withdraw,${wallet},90.00`];
    const file = write('credits.csv', ...rows);
    const proxy = await startBreakingProxy(service.url, {}, (route) => {
      if (route === 'GET /batches/{id}/operations') write('credits.csv', rows[0]!, rows[2]!, rows[1]!);
    });
    const { code, out } = await batch(file, '--url', proxy.url);
    await proxy.stop();
    expect(code).toBe(4);
    expect(out).toContain(
      'The lines that failed could not be written: the file is not the one that was sent any more.',
    );
    expect(readdirSync(folder)).toEqual(['credits.csv']);
  });
});
