import type { Database } from '@wallet/shared/database/pool';
import { auditDatabase } from '@wallet/shared/database/audit';
import { partitionOf } from '@wallet/shared/words/partition';
import request from 'supertest';
import { FORMS, type Fields } from '../support/batch-forms.ts';
import { type Service, startService } from '../support/service.ts';
import { balanceOf, createFundedWallet, operate } from '../support/wallets.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service.drained();
  const violations: unknown[] = [];
  await auditDatabase(service.database, (violation) => violations.push(violation));
  expect(violations).toEqual([]);
  await service.stop();
});

function postBatch(form: string, lines: Fields[], query = '') {
  const { type, write } = FORMS[form]!;
  return post(type, write(lines), query);
}

function post(type: string, body: string | Buffer, query = '') {
  return request(service.url).post(`/batches${query}`).set('Content-Type', type).set('Prefer', 'wait=20').send(body);
}

function wallets(count: number, balance?: string, asset?: string): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, () => createFundedWallet(service.url, balance, asset)));
}

/** Wallets in partitions of their own. */
async function walletsApart(count: number, balance: string): Promise<string[]> {
  const apart = new Map<number, string>();
  while (apart.size < count) {
    const wallet = await createFundedWallet(service.url, balance);
    apart.set(partitionOf(wallet, service.partitions), wallet);
  }
  return [...apart.values()];
}

function balances(ids: string[]): Promise<string[]> {
  return Promise.all(ids.map((id) => balanceOf(service.url, id)));
}

async function countRows(database: Database): Promise<unknown> {
  const { rows } = await database.query(
    `SELECT (SELECT count(*) FROM operations) AS operations, (SELECT count(*) FROM wallets) AS wallets,
            (SELECT count(*) FROM batches) AS batches`,
  );
  return rows[0];
}

async function linesOf(id: string, query = ''): Promise<Record<string, any>[]> {
  const answer = await request(service.url).get(`/batches/${id}/operations${query}`).expect(200);
  return answer.body.data as Record<string, unknown>[];
}

describe.each(Object.keys(FORMS))('a batch as %s', (form) => {
  const { firstLine } = FORMS[form]!;

  it('is accepted and applied, and shows how each line ended', async () => {
    const ids = await wallets(3);
    const lines = ids.flatMap((wallet_id) => [
      { type: 'deposit', wallet_id, amount: '10.50' },
      { type: 'withdraw', wallet_id, amount: '3.00' },
      { type: 'withdraw', wallet_id, amount: '100' },
    ]);
    const answer = await postBatch(form, lines).expect(200);
    expect(answer.headers['location']).toBe(`/batches/${answer.body.id}`);
    expect(answer.body).toMatchObject({
      status: 'completed',
      ...{ total: 9, pending: 0, succeeded: 6, failed: 3, replayed: 0, priority: 'low', atomic: false },
      sums: [{ asset: 'USD', total: '340.50', succeeded: '40.50', failed: '300.00', pending: '0.00' }],
    });
    expect(await balances(ids)).toEqual(['7.50', '7.50', '7.50']);

    const failed = await linesOf(answer.body.id as string, '?status=failed');
    expect(failed.map((line) => line['line'])).toEqual([firstLine + 2, firstLine + 5, firstLine + 8]);
    expect(failed[0]).toMatchObject({ batch_id: answer.body.id, error: { code: 'insufficient_funds' } });
    const one = await request(service.url).get(`/operations/${failed[0]!['id']}`).expect(200);
    expect(one.body).toMatchObject({ batch_id: answer.body.id, priority: 'low', status: 'failed' });
  });

  it('is refused with its bad lines named, and leaves nothing behind', async () => {
    const [wallet_id] = await wallets(1);
    const before = await countRows(service.database);
    const lines: Fields[] = Array.from({ length: 2_000 }, () => ({
      type: 'deposit',
      wallet_id: wallet_id!,
      amount: 1,
    }));
    lines[10] = { type: 'deposit', wallet_id: wallet_id!, amount: '-1' };
    lines[500] = { type: 'bonus', wallet_id: '018f0000-0000-7000-8000-000000000000', amount: '1' };
    lines[1_999] = { type: 'transfer', wallet_id: wallet_id!, amount: '1' };
    const answer = await postBatch(form, lines).expect(422);
    expect(answer.body).toMatchObject({
      code: 'batch_refused',
      detail: '3 of 2000 lines are not valid. Nothing was accepted.',
    });
    expect(answer.body.errors.map(({ line, field }: { line: number; field: string }) => [line, field])).toEqual([
      [firstLine + 10, 'amount'],
      [firstLine + 500, 'wallet_id'],
      [firstLine + 1_999, expect.any(String)],
    ]);
    expect(await countRows(service.database)).toEqual(before);
  });

  it('credits nothing twice when it is sent again, with or without a key', async () => {
    const ids = await wallets(2);
    const lines = ids.map((wallet_id) => ({ type: 'deposit', wallet_id, amount: '5.00', description: form }));
    const first = await postBatch(form, lines).expect(200);
    const again = await postBatch(
      form,
      lines.map((line) => ({ ...line, amount: '5' })),
    ).expect(200);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body.id).toBe(first.body.id);
    const named = await postBatch(form, lines).set('Idempotency-Key', `${form}-again`).expect(200);
    expect(named.headers['idempotent-replayed']).toBeUndefined();
    expect((await postBatch(form, lines).set('Idempotency-Key', `${form}-again`)).body.id).toBe(named.body.id);
    const other = await postBatch(form, lines.slice(1)).set('Idempotency-Key', `${form}-again`).expect(422);
    expect(other.body.code).toBe('idempotency_key_reused');
    expect(await balances(ids)).toEqual(['10.00', '10.00']);
  });
});

it('many copies of a batch sent at once are one batch', async () => {
  const ids = await wallets(2);
  const lines = Array.from({ length: 4_000 }, (_, n) => ({ type: 'deposit', wallet_id: ids[n % 2]!, amount: '1.00' }));
  const answers = await Promise.all([1, 2, 3, 4].map(() => postBatch('csv', lines)));
  for (const { status, body } of answers) {
    expect(status === 200 ? 'accepted' : body.code).toMatch(/^(accepted|batch_in_progress)$/);
  }
  const accepted = answers.filter(({ status }) => status === 200);
  expect(new Set(accepted.map(({ body }) => body.id as string)).size).toBe(1);
  await service.drained();
  expect(await balances(ids)).toEqual(['2000.00', '2000.00']);
});

it('is only validated on request', async () => {
  const [wallet_id] = await wallets(1);
  const before = await countRows(service.database);
  const lines = [1, 2].map((amount) => ({ type: 'deposit', wallet_id: wallet_id!, amount }));
  const answer = await postBatch('ndjson', lines, '?validate_only=true').expect(200);
  const valid = { valid: true, total: 2, replayed: 0, skipped: 0, sums: [{ asset: 'USD', total: '3.00' }] };
  expect(answer.body).toEqual({ ...valid, accepted_as: null });
  await postBatch('ndjson', [{ type: 'deposit', wallet_id: 'x', amount: 1 }], '?validate_only=true').expect(422);
  expect(await countRows(service.database)).toEqual(before);
  const { body: batch } = await postBatch('ndjson', lines).expect(200);
  const again = await postBatch('csv', lines, '?validate_only=true').expect(200);
  expect(again.body).toEqual({ ...valid, accepted_as: batch.id });
});

describe('keys of lines', () => {
  it('stand for the operations accepted under them before', async () => {
    const [wallet_id] = await wallets(1);
    const earlier = await operate(service.url, wallet_id!, 'DEPOSIT', '1.00', { idempotency_key: 'line-key-1' });
    const lines = [1, 2, 3].map((n) => ({
      type: 'deposit',
      wallet_id: wallet_id!,
      amount: '1.00',
      idempotency_key: `line-key-${n}`,
    }));
    const { body } = await postBatch('csv', lines).expect(200);
    expect(body).toMatchObject({ total: 2, replayed: 1, succeeded: 2 });
    expect((await linesOf(body.id as string)).map((line) => line['line'])).toEqual([2, 3, 4]);
    expect((await linesOf(body.id as string))[0]!['id']).toBe(earlier['id']);
    const single = await request(service.url).post('/operations').send(lines[1]).expect(202);
    expect(single.headers['idempotent-replayed']).toBe('true');
    expect(await balanceOf(service.url, wallet_id!)).toBe('3.00');
    const all = await postBatch('csv', [...lines].reverse()).expect(200);
    expect(all.body).toMatchObject({ status: 'completed', total: 0, replayed: 3, sums: [] });
  });

  it('may be words with a meaning in databases', async () => {
    const [wallet_id] = await wallets(1);
    const lines = ['NULL', 'null'].map((key) => ({
      type: 'deposit',
      wallet_id: wallet_id!,
      amount: 1,
      reference_id: key,
    }));
    const { body } = await postBatch('ndjson', lines).expect(200);
    expect((await linesOf(body.id as string)).map((line) => line['idempotency_key'])).toEqual(['NULL', 'null']);
  });

  it('are refused if they name another request, or occur in two lines', async () => {
    const [wallet_id] = await wallets(1);
    const line = (amount: string, idempotency_key: string) => ({
      type: 'deposit',
      wallet_id: wallet_id!,
      amount,
      idempotency_key,
    });
    await postBatch('csv', [line('1', 'taken-1')]).expect(200);
    const taken = await postBatch('csv', [line('1', 'free-1'), line('2', 'taken-1')]).expect(422);
    expect(taken.body.errors).toEqual([{ line: 3, field: 'idempotency_key', message: 'was used for another request' }]);
    const lines = [line('1', 'free-2'), line('1', 'free-3'), line('1', 'free-2')];
    for (const query of ['', '?validate_only=true']) {
      const twice = await postBatch('csv', lines, query).expect(422);
      expect(twice.body.errors).toEqual([{ line: 4, field: 'idempotency_key', message: 'is that of line 2' }]);
    }
    await request(service.url).post('/operations').send(line('9', 'free-1')).expect(202);
    await service.drained();
    expect(await balanceOf(service.url, wallet_id!)).toBe('10.00');
  });
});

it('credits users, and creates the wallets that they do not have yet', async () => {
  await request(service.url).post('/clients').send({ login: 'batch-user', name: 'B' }).expect(201);
  const line = { type: 'bonus', external_user_id: 'batch-user', asset: 'PTS', amount: '2.00' };
  const unknown = await postBatch('csv', [line, { ...line, external_user_id: 'batch-nobody' }]).expect(422);
  expect(unknown.body.errors[0]).toMatchObject({ line: 3, field: 'external_user_id' });
  await request(service.url).get('/wallets/users/batch-user/balance?asset_type_id=3').expect(404);
  await postBatch('csv', [line, { ...line, amount: '3' }, { ...line, asset: 'GOLD' }]).expect(200);
  const { body } = await request(service.url).get('/wallets/users/batch-user/balance?asset_type_id=3').expect(200);
  expect(body.balance).toBe('5.00');
});

it('continues when a line fails as it is applied', async () => {
  const ids = await wallets(3);
  await request(service.url).patch(`/wallets/${ids[1]}`).send({ status: 'frozen' }).expect(200);
  const lines = ids.map((wallet_id) => ({ type: 'deposit', wallet_id, amount: '1.00' }));
  const { body } = await postBatch('csv', lines).expect(200);
  expect(body).toMatchObject({ succeeded: 2, failed: 1 });
  expect(await balances(ids)).toEqual(['1.00', '0.00', '1.00']);

  await request(service.url).patch(`/wallets/${ids[1]}`).send({ status: 'active' }).expect(200);
  const retry = await request(service.url).post(`/batches/${body.id}/retry`).set('Prefer', 'wait=20').expect(200);
  expect(retry.body).toMatchObject({ total: 1, succeeded: 1, retry_of: body.id });
  expect((await linesOf(retry.body.id as string))[0]).toMatchObject({ line: 3, wallet_id: ids[1] });
  const again = await request(service.url).post(`/batches/${body.id}/retry`).expect(202);
  expect(again.body.id).toBe(retry.body.id);
  expect(await balances(ids)).toEqual(['1.00', '1.00', '1.00']);
  await request(service.url).post(`/batches/${retry.body.id}/retry`).expect(409);
});

describe('an atomic batch', () => {
  const move = (from_wallet_id: string, to_wallet_id: string, amount: string): Fields => ({
    ...{ type: 'transfer', from_wallet_id, to_wallet_id, amount },
  });

  it('succeeds as a whole, whatever partitions its wallets are in', async () => {
    const ids = await wallets(6, '1.00');
    // Each passes on what it received: only the order of lines makes it possible.
    const lines = ids.slice(1).map((id, n) => move(ids[n]!, id, `${n + 1}.00`));
    const { body } = await postBatch('csv', lines, '?atomic=true').expect(200);
    expect(body).toMatchObject({ atomic: true, succeeded: 5, failed: 0 });
    expect(await balances(ids)).toEqual(['0.00', '0.00', '0.00', '0.00', '0.00', '6.00']);
  });

  it('fails as a whole, with the reason on the line that has one', async () => {
    const ids = await walletsApart(3, '1.00');
    const operations = [move(ids[0]!, ids[1]!, '1.00'), move(ids[2]!, ids[1]!, '1.01'), move(ids[1]!, ids[2]!, '1.00')];
    const answer = await post('application/json', JSON.stringify({ operations, atomic: true })).expect(200);
    expect(answer.body).toMatchObject({ succeeded: 0, failed: 3 });
    const codes = (await linesOf(answer.body.id as string)).map((line) => line['error'].code as string);
    expect(codes).toEqual(['other_line_failed', 'insufficient_funds', 'other_line_failed']);
    expect(await balances(ids)).toEqual(['1.00', '1.00', '1.00']);
  });

  it('fails on the state that its own lines would have left', async () => {
    const [wallet_id] = await wallets(1, '10.00');
    const spend = { type: 'withdraw', wallet_id: wallet_id!, amount: '8.00' };
    const { body } = await postBatch('ndjson', [spend, spend], '?atomic=true').expect(200);
    expect(body).toMatchObject({ succeeded: 0, failed: 2 });
    expect(await balanceOf(service.url, wallet_id!)).toBe('10.00');
  });

  it('has at most 1,000 lines', async () => {
    const [wallet_id] = await wallets(1);
    const line = { type: 'deposit', wallet_id: wallet_id!, amount: '0.01' };
    await postBatch(
      'csv',
      Array.from({ length: 1_000 }, () => line),
      '?atomic=true',
    ).expect(200);
    for (const form of ['csv', 'json']) {
      const answer = await postBatch(
        form,
        Array.from({ length: 1_001 }, () => line),
        '?atomic=true',
      ).expect(422);
      expect(answer.body.detail).toMatch('at most 1000');
    }
    expect(await balanceOf(service.url, wallet_id!)).toBe('10.00');
  });
});
