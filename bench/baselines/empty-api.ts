import { createApp, serve } from './serve.ts';

/** The cost of Express and HTTP alone: the request is read, its JSON parsed, and 202 answered. Nothing is done. */
const app = createApp();
app.post('/wallets/:id/operation', (_request, response) => {
  response.status(202).json({ status: 'pending' });
});
serve(app);
