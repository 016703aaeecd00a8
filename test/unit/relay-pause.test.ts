import { restAfter } from '@wallet/worker/webhooks/relay-events';

it('a relay pauses the longer the more events it relayed: below the full rate, webhooks come earlier', () => {
  expect([0, 50, 200, 500, 1_000].map(restAfter)).toEqual([10, 10, 30, 75, 100]);
});
