import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { batch, folder, inFolder, service, wallet, write } from '../support/batch-command.ts';
import { NO_FUNDS, UNKEYED } from '../support/client-command.ts';
import { startBreakingProxy } from '../support/breaking-proxy.ts';
import { startService } from '../support/service.ts';
import { balanceOf, createFundedWallet, operate } from '../support/wallets.ts';

/** Files that were sent before, that stand for operations accepted before, or that changed since. */
describe('npm run batch, run again', () => {
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
        /: 2 lines in \S+ s, 1 succeeded, 0 failed, 1 had succeeded before under their keys\.\n$/,
      );
      expect(await balanceOf(service.url, wallet)).toBe('8.00');
      expect(readdirSync(folder).sort()).toEqual(['first.csv', 'second.csv']);
    });

    it('exits 4 if some failed then, and counts them apart from its own', async () => {
      const failing = `withdraw,${wallet},1,${key('a')}`;
      const good = `deposit,${wallet},2,${key('b')}`;
      await batch(write('first.csv', header, failing, good));
      const file = write('second.csv', header, `withdraw,${wallet},9,`, failing, good);
      const run = await batch(file);
      expect(run.code).toBe(4);
      expect(run.out).toContain(': 3 lines in ');
      expect(run.out).toContain(
        ' 0 succeeded, 1 failed, 1 had succeeded before under their keys, 1 had failed before under their keys.\n' +
          'The 2 lines that failed are in ',
      );
      const { code, out } = await batch(file, '--json');
      expect(code).toBe(4);
      expect(JSON.parse(out)).toMatchObject({
        ...{ total: 1, failed: 1, replayed: 2, accepted_before: true },
        failed_lines: { count: 2, accepted_earlier: 1, file: join(folder, 'second.failed.csv'), problem: null },
      });
      const failed = readFileSync(join(folder, 'second.failed.csv'), 'utf8').split('\n');
      expect(failed[1]).toMatch(new RegExp(`^2,failed,.*,withdraw,${wallet},9,$`));
      expect(failed[2]).toMatch(new RegExp(`^3,failed,.*,${failing}$`));
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
        expect(out).toMatch(/: 1 line in \S+ s, 0 succeeded, 0 failed, 1 had failed before under their keys\.\n/);
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
    expect(failed[0]).toMatch(/,operation_id,type,wallet_id,amount$/);
    expect(failed.slice(1)).toEqual([
      expect.stringMatching(new RegExp(`^6,${NO_FUNDS},.*,withdraw,${wallet},90\\.00$`)),
    ]);
  });

  it.each<[string, string, BufferEncoding, string]>([
    ['semicolons and UTF-16', ';', 'utf16le', '\r\n'],
    ['tabs and CR line ends', '\t', 'utf8', '\r'],
    ['commas', ',', 'utf8', '\n'],
  ])('writes the failed records in the dialect of the file: %s', async (_name, separator, encoding, end) => {
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
    const marked = record('5', ...NO_FUNDS.split(','), found[0]!.id, failing);
    const wanted = [head[0], record('line', 'status', 'error_code', 'error', 'operation_id', head[1]!), marked, ''];
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
  ])('does not warn about %s with keys of lines: %s', async (name, header, line) => {
    const run = await batch(write(name, header, line(wallet)));
    expect(run).toMatchObject({ code: 0, err: '' });
  });

  it('does not warn if the batch has a name, under which a changed file is refused', async () => {
    const rows = ['type,wallet_id,amount', `deposit,${wallet},1`];
    const file = write('credits.csv', ...rows);
    expect(await batch(file, '--key', wallet)).toMatchObject({ code: 0, err: '' });
    write('credits.csv', ...rows, `deposit,${wallet},2`);
    expect(await batch(file, '--key', wallet)).toMatchObject({ code: 4, err: '' });
    expect(await balanceOf(service.url, wallet)).toBe('1.00');
  });

  it('accepts corrected failed lines, each once, and writes a file of those that fail again', async () => {
    const rows = ['type;wallet_id;amount;;', `withdraw;${wallet};7,00;;`, '', `withdraw;${wallet};8,00;;`];
    expect(await batch(write('credits.csv', ...rows))).toMatchObject({ code: 4 });
    const failed = readFileSync(join(folder, 'credits.failed.csv'), 'utf8');
    const file = write('credits.failed.csv', failed.replace(/withdraw(;\S+;7,00)/, 'deposit$1'));
    expect(await batch(file)).toMatchObject({
      code: 4,
      err: '',
      out: expect.stringContaining(' 1 succeeded, 1 failed.'),
    });
    expect(await balanceOf(service.url, wallet)).toBe('7.00');
    const left = readFileSync(join(folder, 'credits.failed-2.csv'), 'utf8');
    expect(left.split('\n')).toEqual([
      'line;status;error_code;error;operation_id;type;wallet_id;amount;;',
      expect.stringMatching(new RegExp(`^3;failed;.*;withdraw;${wallet};8,00;;$`)),
      '',
    ]);
    const small = write('credits.failed-2.csv', left.replace('8,00', '3,00'));
    expect(await batch(small)).toMatchObject({ code: 0, err: '' });
    const edited = write('credits.failed-2.csv', left.replace('8,00', '3,00').trimEnd(), left.split('\n')[1]!);
    expect(await batch(edited)).toMatchObject({ code: 4, out: expect.stringMatching(/idempotency_key/) });
    expect(await balanceOf(service.url, wallet)).toBe('4.00');
  });

  it('refuses its own NDJSON output, and says why', async () => {
    await batch(write('credits.ndjson', JSON.stringify({ type: 'withdraw', wallet_id: wallet, amount: '7.00' })));
    const { code, out, err } = await batch(join(folder, 'credits.failed.ndjson'));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/ holds the outcome of lines and is not sent as it is: --retry <batch> tries /);
  });

  it('with --accept-good accepts the other lines, and later the ones it left out, corrected', async () => {
    const rows = ['type,wallet_id,amount,order_no', `deposit,${wallet},1.00,a`, `deposit,${wallet},0,b`];
    const file = write('credits.csv', ...rows, `withdraw,${wallet},9.00,c`);
    const args = ['--key-column', 'order_no', '--accept-good'];
    const run = await batch(file, ...args);
    expect(run).toMatchObject({ code: 4, err: '' });
    expect(run.out).toContain('line 3: amount: must be greater than zero\nBatch ');
    expect(run.out).toContain(': 3 lines in ');
    expect(run.out).toContain(' 1 succeeded, 1 failed, 1 left out.\nThe line that failed is in ');
    expect(await batch(file, ...args)).toMatchObject({ out: expect.stringContaining('accepted before') });
    const path = join(folder, 'credits.refused.csv');
    const refused = readFileSync(path, 'utf8');
    expect(refused).toBe(`line,column,reason,${rows[0]}\n3,amount,must be greater than zero,${rows[2]}\n`);
    expect(readFileSync(join(folder, 'credits.failed.csv'), 'utf8')).toMatch(/\n4,failed,.*,9\.00,c\n$/);
    write('credits.refused.csv', refused.replace(',0,b', ',2.00,b'));
    expect(await batch(path, ...args.slice(0, 2))).toMatchObject({ code: 0, err: '' });
    expect(await balanceOf(service.url, wallet)).toBe('3.00');
  });

  it('with --retry retries the failed lines of a batch, and writes those that fail again as the API does', async () => {
    const rows = ['type,wallet_id,amount', `withdraw,${wallet},4.00`, `withdraw,${wallet},9.00`];
    const { out } = await batch(write('credits.csv', ...rows));
    const [, id] = /--retry ([0-9a-f-]{36})\./.exec(out) ?? [];
    await operate(service.url, wallet, 'DEPOSIT', '5.00');
    const { code, out: retried } = await inFolder('--retry', id!);
    expect(code).toBe(4);
    expect(retried).toMatch(
      /: 2 lines in \S+ s, 1 succeeded, 1 failed\.\nThe line that failed is in [0-9a-f-]{36}\.failed\.csv: /,
    );
    const path = join(folder, `${id}.failed.csv`);
    const file = write(`${id}.failed.csv`, readFileSync(path, 'utf8').replace('9.00', '1.00'));
    expect(await batch(file)).toMatchObject({ code: 0, err: '' });
    expect(await balanceOf(service.url, wallet)).toBe('0.00');
    expect(await inFolder('--retry', id!)).toMatchObject({
      out: expect.stringMatching(/^Batch \S+ had been retried before/),
    });
    expect(readFileSync(`${path}.bak`, 'utf8')).toMatch(/,1\.00,/);
    const unknown = await batch('--retry', id!.replace(/^.{8}/, '00000000'));
    expect(unknown).toMatchObject({ code: 4, out: expect.stringMatching(/^Batch \S+ was not retried: /) });
  });

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
    expect(out).toContain('The lines that failed could not be written: the file was changed after it was sent.');
    expect(readdirSync(folder)).toEqual(['credits.csv']);
  });
});
