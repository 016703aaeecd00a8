/** The groups of endpoints, in the order of the document, with their descriptions. */
export const TAGS = {
  Operations:
    'An operation moves an amount. It is accepted with `202`, applied by a worker in the order of acceptance of its wallet, and ' +
    'then has succeeded or failed, once. Repeat a request with the same `Idempotency-Key` as often as you like: it is accepted once.',
  Users: 'Operations on the wallets of users, who are clients named by their login.',
  Holds: 'A hold sets aside an amount of a wallet, until it is captured, released or expires.',
  Batches: 'Many operations in one request: JSON, NDJSON or CSV.',
  Wallets: 'A wallet holds an amount of one asset, and has a history of all that moved it.',
  Clients: 'A client has wallets, at most one of each asset.',
  Assets: 'What wallets hold: currencies, points, goods.',
  'House accounts': 'Accounts of the house, which postings and captures can name. The treasury is one of them.',
  Webhooks:
    'Events are sent to your URLs, signed according to Standard Webhooks. The feed has the same events, to read ' +
    'instead or in addition.',
  Access: 'API keys with their scopes, and the audit log.',
  Service: 'The state of the service.',
} as const;

export type Tag = keyof typeof TAGS;
