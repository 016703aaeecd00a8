import { newId } from '@wallet/shared/words/ids';
import { type Answer, applyOperation, bodySchema, createPool, walletSchema } from './apply-operation.ts';
import { createApp, serve } from './serve.ts';

/**
 * The design of the earlier services: a handler that changes the balance in the request, under `SELECT … FOR UPDATE`,
 * and answers with the result. It has no queue and no backlog, and a caller gets the result at once.
 */

/** As many as the service's API has. */
const CONNECTIONS = 10;

const STATUSES = { wallet_not_found: 404, insufficient_funds: 409 } as const satisfies Record<
  Extract<Answer, string>,
  number
>;

const pool = createPool(process.env['DATABASE_URL'], CONNECTIONS);
const app = createApp();
app.post('/wallets/:id/operation', async (request, response) => {
  const body = bodySchema.safeParse(request.body);
  const walletId = walletSchema.safeParse(request.params.id);
  if (!body.success || !walletId.success) {
    response.status(422).json({ error: 'invalid_request' });
    return;
  }
  const id = newId();
  const answer = await applyOperation(pool, { ...body.data, id, walletId: walletId.data });
  if (typeof answer === 'string') response.status(STATUSES[answer]).json({ error: answer });
  else response.status(201).json({ id, wallet_id: walletId.data, ...body.data, ...answer });
});
serve(app, () => pool.end());
