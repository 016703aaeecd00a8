export const EVENT_TYPES = [
  ...['operation.succeeded', 'operation.failed', 'batch.completed'],
  ...['wallet.activated', 'wallet.frozen', 'wallet.closed', 'webhook_endpoint.disabled', 'webhook_endpoint.test'],
] as const;
