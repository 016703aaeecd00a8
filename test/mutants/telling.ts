import type { Mutant } from './mutant.ts';

const DELIVER = 'worker/src/deliver-webhooks.ts';
const SEND = 'worker/src/webhook/send-request.ts';

/** Bugs in events and webhooks: P5. */
export const TELLING: readonly Mutant[] = [
  {
    name: 'event-outside-the-transaction',
    bug: 'an event is there although what it tells of was rolled back',
    file: 'worker/src/drain-partitions.ts',
    text: 'await applyOrFail(client, assets, choice) : await apply(client, assets, choice);',
    instead: `await applyOrFail(client, assets, choice) : await apply(Object.assign(Object.create(client) as Client, {
      query: (query: { name?: string }) => (query.name === 'insertEvents' ? database : client).query(query),
    }), assets, choice);`,
    tests: ['laws/webhook-events > at its very end'],
  },
  {
    name: 'event-written-twice',
    bug: 'what has ended is told under two ids',
    file: 'shared/src/record-facts.ts',
    text: 'await insertEvents(database, events);',
    instead: `await insertEvents(database, events);
  await insertEvents(database, events.map((event) => ({ ...event, id: newId(), sequence: event.sequence + 1_000_000n })));`,
    tests: ['laws/webhook-events > at its very end'],
  },
  {
    name: 'status-event-outside-the-transaction',
    bug: 'it is told that a wallet is frozen although it is not',
    file: 'api/src/change-wallet-status.ts',
    text: 'await recordFacts(client, [{ type,',
    instead: 'await recordFacts(api.database, [{ type,',
    tests: ['laws/webhook-events > that a wallet did not get'],
  },
  {
    name: 'part-of-the-body-signed',
    bug: 'what is signed is not what is sent',
    file: DELIVER,
    text: 'signatureHeaders({ id, timestamp: startedAt, body, secrets',
    instead: 'signatureHeaders({ id, timestamp: startedAt, body: JSON.stringify(JSON.parse(body), null, 1), secrets',
    tests: ['stories/webhooks'],
  },
  {
    name: 'time-not-signed',
    bug: 'whoever sends it again may say that it was sent just now',
    file: 'worker/src/webhook/signature.ts',
    text: '`${id}.${seconds}.${body}`',
    instead: '`${id}.${body}`',
    tests: ['unit/webhook-signature'],
  },
  {
    name: 'time-of-the-event',
    bug: 'attempts carry the time of the event, which receivers refuse when it is long ago',
    file: DELIVER,
    text: 'const startedAt = new Date();',
    instead: "const startedAt = new Date(parseInt(delivery.eventId.replace('-', '').slice(0, 12), 16));",
    tests: ['stories/webhooks > the time of the attempt'],
  },
  {
    name: 'rotated-secret-signs-for-ever',
    bug: 'the secret of before a rotation goes on signing',
    file: DELIVER,
    text: 'previousSecretUntil !== null && previousSecretUntil.getTime() > Date.now()',
    instead: 'previousSecretUntil !== null',
    tests: ['stories/webhooks'],
  },
  {
    name: 'redirect-followed',
    bug: 'a redirect leads anywhere, also inside',
    file: SEND,
    text: "request.on('response', (response) => {",
    instead: `request.on('response', (response) => {
      const { location } = response.headers;
      if (location) {
        requestHttp(location, { method: 'POST' }, (next) => request.emit('response', next)).end();
        return;
      }`,
    tests: ['laws/webhook-sender > leads nowhere'],
  },
  {
    name: 'names-not-checked-on-connecting',
    bug: 'a name that was public when the endpoint was made may lead inside afterwards',
    file: SEND,
    text: 'if (!allowPrivate && ![first, ...others].every(isPublicAddress)) throw new AddressRefused();',
    instead: '',
    tests: ['laws/webhook-guard > without leave to go inside'],
  },
  {
    name: 'addresses-not-checked-on-connecting',
    bug: 'an address is checked when the endpoint is made, and not again',
    file: SEND,
    text: 'if (!allowPrivate) refuseInside(parsed);',
    instead: '',
    tests: ['laws/webhook-guard > without leave to go inside'],
  },
  {
    name: 'addresses-not-checked-on-creation',
    bug: 'an endpoint at a private address is made',
    file: 'shared/src/webhook-address.ts',
    text: "return isPublicAddress(host) ? null : 'The URL",
    instead: "return host ? null : 'The URL",
    tests: ['unit/webhook-address'],
  },
  {
    name: 'retry-after-ignored',
    bug: 'a receiver that asks for time does not get it',
    file: 'worker/src/webhook/retry-schedule.ts',
    text: 'Math.max(Math.round(jittered), failure.retryAfterMs ?? 0)',
    instead: 'Math.round(jittered)',
    tests: ['unit/retry-schedule'],
  },
  {
    name: 'gone-not-disabled',
    bug: 'an endpoint that answers 410 is called again and again',
    file: DELIVER,
    text: 'const isGone = sent.some(({ attempt }) => attempt.status === GONE);',
    instead: 'const isGone = false;',
    tests: ['stories/webhook-failures > that is gone'],
  },
  {
    name: 'failure-taken-for-success',
    bug: 'a delivery that was answered with 500 counts as made',
    file: DELIVER,
    text: 'status >= 200 && status < 300;',
    instead: 'status >= 200;',
    tests: ['stories/webhook-failures > the same bytes'],
  },
  {
    name: 'pauses-do-not-grow',
    bug: 'an endpoint that fails is tried every five seconds for ever',
    file: DELIVER,
    text: 'const attempts = delivery.failures + 1;',
    instead: 'const attempts = 1;',
    tests: ['stories/webhook-failures > the same bytes'],
  },
  {
    name: 'never-tried-again',
    bug: 'nobody looks for deliveries that are due again',
    file: 'worker/src/webhooks.ts',
    text: 'wake(due);',
    instead: '',
    tests: ['stories/webhook-failures > the same bytes'],
  },
  {
    name: 'body-made-anew',
    bug: 'each attempt sends other bytes',
    file: DELIVER,
    text: 'const { eventId: id, body } = delivery;',
    instead: `const { eventId: id } = delivery;
  const body = JSON.stringify({ ...(JSON.parse(delivery.body) as object), timestamp: startedAt });`,
    tests: ['stories/webhook-failures > the same bytes'],
  },
  {
    name: 'claim-without-lease',
    bug: 'what one worker is sending is claimed by another too',
    file: 'shared/src/database/tables/delivery-attempts.ts',
    text: "UPDATE deliveries SET next_attempt_at = now() + $3 * interval '1 millisecond'",
    instead: 'UPDATE deliveries SET next_attempt_at = now()',
    tests: ['laws/webhook-claims > belongs to nobody else'],
  },
  {
    name: 'succeeded-undone',
    bug: 'a late failure undoes what has succeeded',
    file: 'shared/src/database/tables/delivery-attempts.ts',
    text: "OR status = 'succeeded' THEN 'succeeded'",
    instead: "THEN 'succeeded'",
    tests: ['laws/webhook-claims > stays so'],
  },
  {
    name: 'relay-not-locked',
    bug: 'two workers relay the same events at the same time',
    file: 'worker/src/relay-events.ts',
    text: '(await tryLockRelay(client)) ? relayNext(client, RELAY_LIMIT) : null,',
    instead: 'relayNext(client, RELAY_LIMIT),',
    tests: ['laws/webhook-events > while it is written'],
  },
  {
    name: 'secret-stored-in-the-clear',
    bug: 'whoever reads the database can sign',
    file: 'api/src/routes/webhook-endpoints.ts',
    text: 'sealedSecret: sealer.seal(key, id),',
    instead: 'sealedSecret: key,',
    tests: ['stories/webhook-endpoints > without its secret or its headers'],
  },
  {
    name: 'nonce-reused',
    bug: 'what is sealed twice looks the same, and can be opened without the key',
    file: 'shared/src/seal.ts',
    text: 'const nonce = randomBytes(NONCE_BYTES);',
    instead: 'const nonce = Buffer.alloc(NONCE_BYTES);',
    tests: ['unit/seal'],
  },
];
