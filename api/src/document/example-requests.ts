/** An example request besides its method and path. `{name.field}` is a field from the answer to an earlier example. */
export interface ExampleRequest {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Bodies by media type, if there are several. */
  readonly uploads?: Readonly<Record<string, unknown>>;
}

/** Wallets of dollars from the data of `npm run seed`. */
const ALICE = 'a11ce000-0000-4000-8002-000000000004';
const BOB = 'b0b00000-0000-4000-8002-000000000004';
const CLIENT = 'a11ce000-0000-4000-8001-000000000000';

const wallet = { params: { id: ALICE } };
const user = { params: { external_user_id: 'user_alice' } };
const made = (name: string) => ({ params: { id: `{${name}.id}` } });
const ENDPOINT = made('createWebhookEndpoint').params;
const delivery = { params: { ...ENDPOINT, event_id: '{testWebhookEndpoint.event_id}' } };

/**
 * The example requests, by the names of endpoints: a story in the order of the document. Endpoints without inputs are
 * missing. Their test sends all of them to one service.
 */
export const EXAMPLE_REQUESTS: Readonly<Record<string, ExampleRequest>> = {
  createWalletOperation: { ...wallet, body: { operation_type: 'DEPOSIT', amount: '25.00', description: 'a deposit' } },
  createOperationOfWallet: { ...wallet, body: { operation_type: 'WITHDRAW', amount: '5.00' } },
  createResupply: { body: { wallet_id: ALICE, amount: '10.00' } },
  createTransfer: {
    body: { from_wallet_id: ALICE, to_wallet_id: BOB, amount: '25.00', metadata: { campaign: 'spring' } },
  },
  createTopUp: { ...user, body: { amount: '20.00', asset: 'USD' } },
  createBonus: { ...user, body: { amount: '5.00', asset: 'GOLD' } },
  createSpend: { ...user, body: { amount: '3.50', asset: 'USD' } },
  createHold: { ...wallet, body: { amount: '25.00', expires_in: 3600 } },
  captureHold: { ...made('createHold'), body: { amount: '10.00', to_wallet_id: BOB, final: false } },
  releaseHold: { ...made('createHold'), body: { amount: '15.00' } },
  reverseOperation: { ...made('createWalletOperation'), body: { amount: '10.00' } },
  createPosting: {
    body: {
      legs: [
        { from: { wallet_id: ALICE }, to: { wallet_id: BOB }, amount: '10.00' },
        { from: { wallet_id: ALICE }, to: { account: 'treasury' }, amount: '0.25' },
      ],
      description: 'a payment, and a fee on it',
    },
  },
  createOperation: { body: { type: 'deposit', wallet_id: ALICE, amount: '12.50', execute_at: '{in 30 days}' } },
  cancelOperation: made('createOperation'),
  getOperation: made('createTransfer'),
  listOperations: { query: { wallet_id: ALICE, limit: 2 } },
  createBatch: {
    uploads: {
      'application/json': {
        operations: [
          { type: 'deposit', wallet_id: ALICE, amount: '25.00' },
          { type: 'transfer', from_wallet_id: ALICE, to_wallet_id: BOB, amount: '2.00' },
        ],
      },
      'application/x-ndjson': `{"type":"deposit","wallet_id":"${ALICE}","amount":"3.00"}\n`,
      'text/csv': `type,wallet_id,amount\ndeposit,${ALICE},25.00\ndeposit,${BOB},25.00\n`,
    },
  },
  getBatch: made('createBatch'),
  listBatches: { query: { limit: 1 } },
  listBatchOperations: made('createBatch'),
  cancelBatch: made('createBatch'),
  retryBatch: made('createBatch'),
  createWallet: { body: { asset: 'USD' } },
  listWallets: { query: { client_id: CLIENT, limit: 2 } },
  getUserBalance: { ...user, query: { asset: 'USD' } },
  getWallet: wallet,
  getWalletBalance: wallet,
  updateWallet: { ...wallet, body: { credit_limit: '100.00' } },
  listWalletTransactions: { ...wallet, query: { limit: 2 } },
  getWalletStatistics: wallet,
  getWalletStatement: wallet,
  getHold: made('createHold'),
  listWalletHolds: wallet,
  createClient: { body: { name: 'Ivan Ivanov', login: 'ivan' } },
  createClients: {
    uploads: {
      'application/json': { clients: [{ name: 'Petra Novak', login: 'petra', assets: ['USD', 'GOLD'] }] },
      'application/x-ndjson': '{"name":"Li Wei","login":"li","assets":["USD"]}\n',
      'text/csv': 'login,name,assets\nmaria,Maria Silva,USD GOLD\n',
    },
  },
  getClient: { params: { id: CLIENT } },
  listClients: { query: { login: 'user_alice' } },
  createAsset: { body: { code: 'EUR', name: 'Euro', scale: 2, transferable: true } },
  createAccount: { body: { name: 'fees', may_go_negative: false } },
  createWebhookEndpoint: {
    body: { url: 'https://example.com/webhooks', event_types: ['operation.succeeded', 'operation.failed'] },
  },
  getWebhookEndpoint: { params: ENDPOINT },
  updateWebhookEndpoint: { params: ENDPOINT, body: { description: 'the shop', rate_limit: 50 } },
  rotateWebhookSecret: { params: ENDPOINT, body: {} },
  testWebhookEndpoint: { params: ENDPOINT },
  listDeliveries: { params: ENDPOINT },
  getDelivery: delivery,
  replayDelivery: delivery,
  replayFailedDeliveries: { params: ENDPOINT, body: { since: '2026-01-31T00:00:00Z' } },
  recoverDeliveries: { params: ENDPOINT, body: { since: '2026-01-31T00:00:00Z', until: '2026-01-31T00:10:00Z' } },
  deleteWebhookEndpoint: { params: ENDPOINT },
  getEvent: { params: { id: '{testWebhookEndpoint.event_id}' } },
  createKey: { body: { name: 'shop', scopes: ['operations:read', 'operations:write'] } },
  revokeKey: made('createKey'),
};
