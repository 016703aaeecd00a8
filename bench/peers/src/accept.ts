import { newId } from '@wallet/shared/words/ids';
import { type WalletOperation, bodySchema, walletSchema } from '../../baselines/apply-operation.ts';
import { createApp, serve } from '../../baselines/serve.ts';

/** Connections to Postgres of a peer's API: as many as the service's API has. */
export const API_CONNECTIONS = 10;

/** Serves the API of a peer: it validates the request, and answers 202 when `take` has stored the operation durably. */
export function serveOperations(
  take: (operation: WalletOperation) => Promise<unknown>,
  close: () => Promise<unknown>,
): void {
  const app = createApp();
  app.post('/wallets/:id/operation', async (request, response) => {
    const body = bodySchema.safeParse(request.body);
    const walletId = walletSchema.safeParse(request.params.id);
    if (!body.success || !walletId.success) {
      response.status(422).json({ error: 'invalid_request' });
      return;
    }
    const operation = { ...body.data, id: newId(), walletId: walletId.data };
    await take(operation);
    response.status(202).json({ ...operation, status: 'pending' });
  });
  serve(app, close);
}
