import './with-resolvers.ts';
import { createServer } from 'node:http2';
import { createEndpointHandler } from '@restatedev/restate-sdk';
import { createPool } from '../../baselines/apply-operation.ts';
import { stopWhenAsked } from '../../baselines/serve.ts';
import { AT_ONCE, applyOnce } from './apply-once.ts';
import { applyToState, walletObject } from './restate-wallets.ts';

/** Restate, its worker: the handlers that the server calls, with the balances in Postgres or in Restate's own state. */
const pool = createPool(process.env['DATABASE_URL'], AT_ONCE);
const wallets = walletObject(
  process.env['BALANCES'] === 'restate'
    ? applyToState
    : (context, operation) => context.run('transaction', () => applyOnce(pool, operation)),
);
// The peers bring types of another Node than the project's, and the two do not agree on what a request is.
const server = createServer(createEndpointHandler({ services: [wallets] }) as never);
server.listen(Number(process.env['PORT']), '127.0.0.1', () => process.send?.('ready'));
stopWhenAsked(async () => {
  server.close();
  await pool.end();
});
