import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { balanceOf, createFundedWallet } from '../support/wallets.ts';

let service: Service;
let wallet: string;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());
beforeEach(async () => {
  wallet = await createFundedWallet(service.url);
});

let keys = 0;
function freshKey(): string {
  keys += 1;
  return `key-${keys}`;
}

function deposit(amount: string | number, key?: string, more: object = {}): request.Test {
  const post = request(service.url).post(`/wallets/${wallet}/operation`);
  if (key !== undefined) post.set('Idempotency-Key', key);
  return post.send({ operation_type: 'DEPOSIT', amount, ...more });
}

describe('an idempotency key', () => {
  it('returns the same operation for the same request, before and after it is applied', async () => {
    const key = freshKey();
    const first = await deposit('12.50', key).expect(202);
    const again = await deposit('12.50', key).expect(202);
    await service.drained();
    const later = await deposit('12.50', key).expect(202);
    expect(again.body.id).toBe(first.body.id);
    expect(later.body).toMatchObject({ id: first.body.id, status: 'succeeded', idempotency_key: key });
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(later.headers['idempotent-replayed']).toBe('true');
    expect(await balanceOf(service.url, wallet)).toBe('12.50');
  });

  it('recognises the same request in another spelling', async () => {
    const key = freshKey();
    const first = await deposit(12.5, key).expect(202);
    const again = await deposit('12.50', `"${key}"`).expect(202);
    const inBody = await deposit('12.5', undefined, { idempotency_key: key }).expect(202);
    expect([again.body.id, inBody.body.id]).toEqual([first.body.id, first.body.id]);
  });

  it.each([
    ['another amount', { amount: '2.00' }],
    ['another type', { operation_type: 'WITHDRAW' }],
    ['another description', { description: 'other' }],
  ])('is refused for %s', async (_what, change) => {
    const key = freshKey();
    await deposit('1.00', key).expect(202);
    const refused = await deposit('1.00', key, change).expect(422);
    expect(refused.body.code).toBe('idempotency_key_reused');
    await service.drained();
    expect(await balanceOf(service.url, wallet)).toBe('1.00');
  });

  it('is refused for another wallet', async () => {
    const key = freshKey();
    await deposit('1.00', key).expect(202);
    wallet = await createFundedWallet(service.url);
    await deposit('1.00', key).expect(422);
  });

  it('is not used up by a refused request', async () => {
    const key = freshKey();
    await deposit('1.005', key).expect(400);
    await deposit('1.00', key).expect(202);
  });

  it('lets one of many concurrent requests through', async () => {
    const key = freshKey();
    const answers = await Promise.all(Array.from({ length: 32 }, () => deposit('3.00', key)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([202]));
    expect(new Set(answers.map((answer) => answer.body.id as string)).size).toBe(1);
    await service.drained();
    expect(await balanceOf(service.url, wallet)).toBe('3.00');
  });

  it('may be the reference_id', async () => {
    const key = freshKey();
    const first = await deposit('1.00', undefined, { reference_id: key }).expect(202);
    const again = await deposit('1.00', undefined, { reference_id: key }).expect(202);
    expect(again.body).toMatchObject({ id: first.body.id, reference_id: key, idempotency_key: key });
  });

  it('must be the same wherever it is given', async () => {
    const both = await deposit('1.00', freshKey(), { idempotency_key: freshKey() }).expect(400);
    expect(both.body.code).toBe('conflicting_idempotency_keys');
    const references = await deposit('1.00', freshKey(), { reference_id: freshKey() }).expect(400);
    expect(references.body.code).toBe('conflicting_idempotency_keys');
    const key = freshKey();
    await deposit('1.00', key, { idempotency_key: key, reference_id: key }).expect(202);
  });

  it.each(['a b', 'ключ', 'x'.repeat(256), '"'])('of the form %j is refused', async (key) => {
    await deposit('1.00', undefined, { idempotency_key: key }).expect(400);
  });
});
