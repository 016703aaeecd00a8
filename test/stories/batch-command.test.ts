import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { findFreePort } from '@wallet/local/child';
import { batch, countBatches, folder, service, wallet, write } from '../support/batch-command.ts';
import { NO_FUNDS, UNKEYED, listening, startCommand } from '../support/client-command.ts';
import { type Fault, startBreakingProxy } from '../support/breaking-proxy.ts';
import { startService } from '../support/service.ts';
import { balanceOf, createFundedWallet, operate } from '../support/wallets.ts';

const BATCH = '[0-9a-f-]{36}';
const CONTROL = /[^\x20-\x7e\n]/;

describe('npm run batch', () => {
  it('exits 0 when every operation succeeded, and says so in one line, without bars if there is no terminal', async () => {
    const file = write(
      'credits.csv',
      'type,wallet_id,amount',
      `deposit,${wallet},10.50`,
      `withdraw,${wallet},0.50`,
      '',
    );
    const { code, out, err } = await batch(file);
    expect(out).toMatch(new RegExp(`^Batch ${BATCH}: 2 lines in \\d+\\.\\d s, 2 succeeded, 0 failed\\.\\n$`));
    expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(UNKEYED) });
    expect(out).not.toMatch(CONTROL);
    expect(await balanceOf(service.url, wallet)).toBe('10.00');
    expect(readdirSync(folder)).toEqual(['credits.csv']);
  });

  it('exits 4 when some failed, and writes them unchanged to a file beside the original', async () => {
    const file = write(
      'credits.csv',
      '\uFEFFwallet_id,type,amount,description',
      `${wallet},deposit,5.00,"first, with a comma`,
      'and ""quotes"" on a second line"',
      '',
      `${wallet},withdraw,7.00,"refused, for ""now""`,
      '',
      'and on three lines"',
      `${wallet},withdraw,5.00,5" of it`,
      `"${wallet}",withdraw,"9.00",naïve 5"`,
    );
    const run = await batch(file);
    expect(run).toMatchObject({ code: 4, err: expect.stringMatching(UNKEYED) });
    expect(run.out).toContain('4 lines');
    expect(run.out).toContain(
      `2 succeeded, 2 failed.\nThe 2 lines that failed are in ${join(folder, 'credits.failed.csv')}: correct and send that file, or try again `,
    );
    const { rows } = await service.database.query<{ id: string }>(
      'SELECT id FROM operations WHERE wallet_id = $1 AND amount IN (700, 900) ORDER BY line',
      [wallet],
    );
    expect(readFileSync(join(folder, 'credits.failed.csv'), 'utf8')).toBe(
      [
        '\uFEFFline,status,error_code,error,operation_id,wallet_id,type,amount,description',
        `5,${NO_FUNDS},${rows[0]!.id},${wallet},withdraw,7.00,"refused, for ""now""\n\nand on three lines"`,
        `9,${NO_FUNDS},${rows[1]!.id},"${wallet}",withdraw,"9.00",naïve 5"`,
        '',
      ].join('\n'),
    );
    expect(readdirSync(folder).sort()).toEqual(['credits.csv', 'credits.failed.csv']);
  });

  it('writes the failed lines of a table of reversals, and accepts them corrected', async () => {
    const paid = await operate(service.url, wallet, 'DEPOSIT', '3.00');
    const rows = [`reversal,${String(paid['id'])},2.00`, `reversal,${String(paid['id'])},2.00`];
    expect(await batch(write('back.csv', 'type,operation_id,amount', ...rows))).toMatchObject({ code: 4 });
    const failed = readFileSync(join(folder, 'back.failed.csv'), 'utf8').trimEnd().split('\n');
    expect(failed).toEqual([
      'line,status,error_code,error,failed_operation_id,type,operation_id,amount',
      expect.stringMatching(new RegExp(`^3,failed,reversal_exceeds_operation,.*,[0-9a-f-]{36},${rows[1]}$`)),
    ]);
    const corrected = failed.map((line) => line.replace(/,2\.00$/, ',1.00'));
    expect(await batch(write('back.failed.csv', ...corrected))).toMatchObject({ code: 0, err: '' });
    expect(await balanceOf(service.url, wallet)).toBe('0.00');
  });

  it.each([
    ['credits.ndjson', (lines: object[]) => lines.map((line) => JSON.stringify(line)).join('\n')],
    ['credits.jsonl', (lines: object[]) => lines.map((line) => JSON.stringify(line)).join('\r\n')],
    ['credits.json', (lines: object[]) => JSON.stringify({ operations: lines })],
  ])('sends %s, and writes the failures as the API reports them', async (name, format) => {
    const lines = [
      { type: 'deposit', wallet_id: wallet, amount: '5.00' },
      { type: 'withdraw', wallet_id: wallet, amount: '7.00' },
    ];
    const { code } = await batch(write(name, format(lines)));
    expect(code).toBe(4);
    const failed = readFileSync(join(folder, 'credits.failed.ndjson'), 'utf8').trimEnd().split('\n');
    expect(failed.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        line: 2,
        amount: '7.00',
        error: expect.objectContaining({ code: 'insufficient_funds' }),
      }),
    ]);
  });

  it('exits 4 when the file is refused, writes the invalid lines to a file, and nothing was accepted', async () => {
    const file = write(
      'credits.csv',
      'type,wallet_id,amount',
      `deposit,${wallet},1`,
      `deposit,${wallet},0`,
      'deposit,x,1',
    );
    const before = await countBatches();
    const { code, out, err } = await batch(file);
    expect({ code, err }).toEqual({ code: 4, err: expect.stringMatching(UNKEYED) });
    expect(out.split('\n')).toEqual([
      'line 3: amount: must be greater than zero',
      expect.stringMatching(/^line 4: wallet_id: /),
      `${file} was refused: 2 of 3 lines are not valid. Nothing was accepted.`,
      expect.stringContaining(`with the reasons: ${join(folder, 'credits.refused.csv')}. Correct them in ${file} and `),
      '',
    ]);
    expect(readFileSync(join(folder, 'credits.refused.csv'), 'utf8').split('\n')).toEqual([
      'line,column,reason,type,wallet_id,amount',
      `3,amount,must be greater than zero,deposit,${wallet},0`,
      expect.stringMatching(/^4,wallet_id,.*,deposit,x,1$/),
      '',
    ]);
    expect(await countBatches()).toBe(before);
  });

  it('stores nothing in a dry run', async () => {
    const file = write('credits.csv', 'type,wallet_id,amount', `deposit,${wallet},10.50`);
    const before = await countBatches();
    expect(await batch(file, '--dry-run')).toEqual({
      code: 0,
      out: `${file} is valid: 1 operation of 10.50 USD in all. Nothing was accepted.\n`,
      err: expect.stringMatching(UNKEYED),
    });
    expect(await countBatches()).toBe(before);
    expect(await balanceOf(service.url, wallet)).toBe('0.00');
  });

  it('accepts a key, a priority and --atomic', async () => {
    const file = write('credits.csv', 'type,wallet_id,amount', `deposit,${wallet},10.50`, `withdraw,${wallet},99`);
    const { code, out } = await batch(file, '--json', '--key', wallet, '--priority', 'high', '--atomic');
    expect(code).toBe(4);
    expect(JSON.parse(out)).toMatchObject({ idempotency_key: wallet, priority: 'high', atomic: true, failed: 2 });
    const other = write('other.csv', 'type,wallet_id,amount', `deposit,${wallet},1`);
    const reused = await batch(other, '--json', '--key', wallet);
    expect(reused.code).toBe(4);
    expect(JSON.parse(reused.out)).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  });

  it('prints one document with --json, whatever the result', async () => {
    const file = write('credits.csv', 'type,wallet_id,amount', `deposit,${wallet},1`);
    const bad = write('bad.csv', 'type,wallet_id,amount', `deposit,${wallet},0`);
    const nowhere = ['--url', `http://127.0.0.1:${await findFreePort()}`, '--give-up-after', '0'];
    const runs = await Promise.all([
      batch(file, '--json', '--dry-run'),
      batch(bad, '--json'),
      batch(file, '--json', ...nowhere),
      batch('nothing.csv', '--json'),
    ]);
    expect(runs.map(({ code, out }) => [code, JSON.parse(out)])).toEqual([
      [0, expect.objectContaining({ valid: true, total: 1 })],
      [
        4,
        expect.objectContaining({
          code: 'batch_refused',
          errors: [expect.objectContaining({ line: 2, field: 'amount' })],
        }),
      ],
      [3, expect.objectContaining({ code: 'unreachable', batch_id: null })],
      [2, expect.objectContaining({ code: 'misused', detail: 'There is no file nothing.csv.' })],
    ]);
  });

  it.each<[string, string[], RegExp]>([
    ['no file', [], /^Name the file to send, or a batch with --retry\. /],
    ['a file that is not there', ['nothing.csv'], /There is no file nothing\.csv\./],
    ['a folder', ['FOLDER.csv'], /FOLDER\.csv is not a file\./],
    ['a type that is not known', ['README.md'], /README\.md must end in \.csv, /],
    ['an option that is not known', ['credits.csv', '--fast'], /unknown option '--fast'/],
    ['what contradicts itself', ['credits.csv', '--accept-good', '--atomic'], /cannot be used with/],
    ['a key that is none', ['credits.csv', '--key', 'a b'], /It must be 1 to 255 of/],
    ['a workbook', ['credits.xlsx'], /credits\.xlsx is a workbook: save it as "CSV UTF-8"/],
    ['an address that is none', ['credits.csv', '--url', 'localhost:8000'], /It must be an http or https address/],
  ])('exits 2 for %s', async (_name, args, message) => {
    mkdirSync(join(folder, 'FOLDER.csv'));
    const { code, out, err } = await batch(...args.map((arg) => arg.replace(/^FOLDER/, join(folder, 'FOLDER'))));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
    expect(err.trimEnd()).not.toContain('\n');
  });

  it('exits 3 when nothing answers in time, and says how to continue', async () => {
    const file = write('credits.csv', 'type,wallet_id,amount', `deposit,${wallet},1`);
    const url = `http://127.0.0.1:${await findFreePort()}`;
    const { code, out, err } = await batch(file, '--url', url, '--give-up-after', '0.3', '--key', 'a');
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(/^Gave up after 0\.3 s without progress at \S+: connect ECONNREFUSED .*\nIt is not known /);
    expect(err).not.toMatch(CONTROL);
  });

  it('exits 3 at once when something else answers at the address', async () => {
    const server = createServer((incoming, outgoing) => incoming.resume().once('end', () => outgoing.end('<html>')));
    const url = await listening(server);
    const { code, out, err } = await batch(write('credits.csv', 'type,wallet_id,amount'), '--url', url, '--key', 'a');
    await new Promise((resolve) => server.close(resolve));
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(/^The answer is not JSON\. Is http:\S+ the address of the service\?\nIt is not known /);
  });

  it('gets through connections that break, answers that are lost, and a service that is busy', async () => {
    const idle = await startService({ worker: false });
    let isWorking = false;
    const faults: Record<string, Fault[]> = {
      'POST /batches': ['cut', 'busy', 'torn'],
      'GET /batches/{id}': ['torn', 'busy', 'cut'],
      'GET /batches/{id}/operations': ['busy', 'torn', 'cut'],
    };
    const proxy = await startBreakingProxy(idle.url, faults, (route) => {
      if (route !== 'GET /batches/{id}' || isWorking) return;
      isWorking = true;
      idle.startWorker();
    });
    const own = await createFundedWallet(idle.url);
    const file = write('credits.csv', 'type,wallet_id,amount', `deposit,${own},10.50`, `withdraw,${own},99`);
    try {
      const { code, out } = await batch(file, '--url', proxy.url);
      expect(code).toBe(4);
      expect(out).toContain('had been accepted before');
      expect(Object.values(faults)).toEqual([[], [], []]);
      expect(readFileSync(join(folder, 'credits.failed.csv'), 'utf8').split('\n')).toHaveLength(3);
      expect(await balanceOf(idle.url, own)).toBe('10.50');
    } finally {
      await proxy.stop();
      await idle.stop();
    }
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('says at %s that the batch is still being applied, and exits %i', async (signal, code) => {
    const id = 'b0000000-0000-4000-8000-000000000001';
    const pending = { id, status: 'pending', total: 1, pending: 1, succeeded: 0, failed: 0, replayed: 0 };
    const server = createServer((incoming, outgoing) => {
      // Once it follows the batch it is interrupted, and never answered.
      if (incoming.method === 'GET') command.child.kill(signal);
      else incoming.resume().once('end', () => outgoing.writeHead(202).end(JSON.stringify(pending)));
    });
    const url = await listening(server);
    const command = startCommand('batch', [write('credits.csv', 'type,wallet_id,amount'), '--key', 'a'], {
      WALLET_URL: url,
    });
    const run = await command.ended;
    await new Promise((resolve) => server.close(resolve));
    expect(run).toEqual({
      ...{ code, out: '' },
      err: `Interrupted.\nBatch ${id} is still being applied. To follow it again, run the same command with the file unchanged.\n`,
    });
    expect(existsSync(join(folder, 'credits.failed.csv'))).toBe(false);
  });

  it('leaves no partial file when it is interrupted while it writes the failed lines', async () => {
    const id = 'b0000000-0000-4000-8000-000000000001';
    const completed = { id, status: 'completed', total: 1, pending: 0, succeeded: 0, failed: 1, replayed: 0 };
    const line = { line: 1, position: 1, id, batch_id: id, status: 'failed', error: { code: 'x', message: 'X.' } };
    const server = createServer((incoming, outgoing) => {
      if (incoming.method !== 'GET') {
        incoming.resume().once('end', () => outgoing.writeHead(202).end(JSON.stringify(completed)));
        return;
      }
      outgoing.write(`${JSON.stringify(line)}\n`);
      const look = setInterval(() => {
        if (readdirSync(folder).length < 2) return;
        clearInterval(look);
        command.child.kill('SIGINT');
      }, 20);
    });
    const url = await listening(server);
    const command = startCommand('batch', [write('credits.ndjson', '{}'), '--key', 'a'], { WALLET_URL: url });
    const run = await command.ended;
    await new Promise((resolve) => server.close(resolve));
    expect(run).toMatchObject({ code: 130, err: expect.stringContaining(`Batch ${id} is completed. To see its `) });
    expect(readdirSync(folder)).toEqual(['credits.ndjson']);
  });

  it('refuses an API key that no header can carry, without showing it', async () => {
    const file = write('credits.csv', 'type,wallet_id,amount', `deposit,${wallet},1`);
    const { code, out, err } = await startCommand('batch', [file], {
      WALLET_URL: service.url,
      WALLET_API_KEY: 'wk_secret\nmore',
    }).ended;
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^The API key has spaces, line ends /);
    expect(err).not.toContain('wk_secret');
  });

  it('sends the API key of the environment, and shows it nowhere', async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((incoming, outgoing) => {
      seen.push(incoming.headers.authorization);
      incoming.resume().once('end', () => outgoing.writeHead(401).end('{"code":"unauthorized","detail":"No."}'));
    });
    const url = await listening(server);
    const env = { WALLET_URL: url, WALLET_API_KEY: 'wk_secret' };
    const { code, out, err } = await startCommand('batch', [write('credits.csv', 'type,wallet_id,amount')], env).ended;
    await new Promise((resolve) => server.close(resolve));
    expect({ code, seen }).toEqual({ code: 4, seen: ['Bearer wk_secret'] });
    expect(out + err).not.toContain('wk_secret');
  });
});
