import request from 'supertest';

/** A new wallet, holding `balance` if one is given. */
export async function createFundedWallet(url: string, balance?: string, asset = 'USD'): Promise<string> {
  const created = await request(url).post('/wallets').send({ asset }).expect(201);
  const id = created.body.id as string;
  if (balance !== undefined) await operate(url, id, 'DEPOSIT', balance);
  return id;
}

/** Sends an operation and waits for its end. Returns the operation. */
export async function operate(
  url: string,
  walletId: string,
  type: 'DEPOSIT' | 'WITHDRAW',
  amount: string | number,
  more: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  const answer = await request(url)
    .post(`/wallets/${walletId}/operation`)
    .set('Prefer', 'wait=10')
    .send({ operation_type: type, amount, ...more })
    .expect(200);
  return answer.body as Record<string, unknown>;
}

export async function balanceOf(url: string, walletId: string): Promise<string> {
  const answer = await request(url).get(`/wallets/${walletId}`).expect(200);
  return answer.body.balance as string;
}
