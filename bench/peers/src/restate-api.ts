import './with-resolvers.ts';
import { connect } from '@restatedev/restate-sdk-clients';
import { serveOperations } from './accept.ts';
import type { walletObject } from './restate-wallets.ts';

/**
 * Restate, its API: a one-way call of the wallet's virtual object. Restate answers when it has the call in its log, on disk.
 */
const ingress = connect({ url: process.env['RESTATE_INGRESS'] ?? '' });
serveOperations(
  (operation) =>
    ingress.objectSendClient<ReturnType<typeof walletObject>>({ name: 'wallet' }, operation.walletId).apply(operation),
  () => Promise.resolve(),
);
