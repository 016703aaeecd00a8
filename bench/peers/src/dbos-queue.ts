/** Names that the API and the worker share. */
export const APPLICATION = 'wallets';
export const QUEUE = 'operations';
export const WORKFLOW = 'apply';
