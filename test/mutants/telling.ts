import type { Mutant } from './mutant.ts';

/** Bugs in events and webhooks: P5. */
export const TELLING: readonly Mutant[] = [
  {
    name: 'event-outside-the-transaction',
    bug: 'an event is there although what it tells of was rolled back',
    text: 'await applyOrFail(client, assets, choice) : await apply(client, assets, choice);',
    instead: `await applyOrFail(client, assets, choice) : await apply(Object.assign(Object.create(client) as Client, {
      query: (query: { name?: string }) => (query.name === 'insertEvents' ? database : client).query(query),
    }), assets, choice);`,
    tests: ['laws/webhook-events > at its very end'],
  },
  {
    name: 'event-written-twice',
    bug: 'what has ended is told under two ids',
    text: 'await insertEvents(database, events);',
    instead: `await insertEvents(database, events);
  await insertEvents(database, events.map((event) => ({ ...event, id: newId(), sequence: event.sequence + 1_000_000n })));`,
    tests: ['laws/webhook-events > at its very end'],
  },
  {
    name: 'status-event-outside-the-transaction',
    bug: 'it is told that a wallet is frozen although it is not',
    text: 'await recordFacts(client, [{ type,',
    instead: 'await recordFacts(api.database, [{ type,',
    tests: ['laws/webhook-events > that a wallet did not get'],
  },
  {
    name: 'part-of-the-body-signed',
    bug: 'what is signed is not what is sent',
    text: 'signatureHeaders({ id, timestamp: startedAt, body, secrets',
    instead: 'signatureHeaders({ id, timestamp: startedAt, body: JSON.stringify(JSON.parse(body), null, 1), secrets',
    tests: ['stories/webhooks'],
  },
  {
    name: 'time-not-signed',
    bug: 'whoever sends it again may say that it was sent just now',
    text: '`${id}.${seconds}.${body}`',
    instead: '`${id}.${body}`',
    tests: ['unit/webhook-signature'],
  },
  {
    name: 'time-of-the-event',
    bug: 'attempts carry the time of the event, which receivers refuse when it is long ago',
    text: 'const startedAt = new Date();',
    instead: "const startedAt = new Date(parseInt(delivery.eventId.replace('-', '').slice(0, 12), 16));",
    tests: ['stories/webhooks > the time of the attempt'],
  },
  {
    name: 'rotated-secret-signs-for-ever',
    bug: 'the secret of before a rotation goes on signing',
    text: 'sealedPreviousSecret !== null && previousSecretUntil !== null && previousSecretUntil.getTime() > Date.now()',
    instead: 'sealedPreviousSecret !== null && previousSecretUntil !== null',
    tests: ['stories/webhooks'],
  },
  {
    name: 'redirect-followed',
    bug: 'a redirect leads anywhere, also inside',
    text: 'answered(status: number, headers: IncomingHttpHeaders): void {',
    instead: `answered(status: number, headers: IncomingHttpHeaders): void {
    if (typeof headers.location === 'string') {
      const to = new URL(headers.location);
      Object.assign(this, { ended: () => Reflect.deleteProperty(this, 'ended') });
      new OriginConnections(to, connectChecked(to, { allowPrivate: true }), MAX_RESPONSE_BYTES).send(this);
      return;
    }`,
    tests: ['laws/webhook-sender > leads nowhere'],
  },
  {
    name: 'names-not-checked-on-connecting',
    bug: 'a name that was public when the endpoint was made may lead inside afterwards',
    text: 'if (!allowPrivate && ![first, ...others].every(isPublicAddress)) throw new AddressRefused();',
    instead: '',
    tests: ['laws/webhook-guard > without leave to go inside'],
  },
  {
    name: 'addresses-not-checked-on-connecting',
    bug: 'an address is checked when the endpoint is made, and not again',
    text: 'if (!options.allowPrivate) refuseInside(url);',
    instead: '',
    tests: ['laws/webhook-guard > without leave to go inside'],
  },
  {
    name: 'addresses-not-checked-on-creation',
    bug: 'an endpoint at a private address is made',
    text: "return isPublicAddress(host) ? null : 'The URL",
    instead: "return host ? null : 'The URL",
    tests: ['unit/webhook-address'],
  },
  {
    name: 'retry-after-ignored',
    bug: 'a receiver that asks for time does not get it',
    text: 'Math.max(Math.round(jittered), failure.retryAfterMs ?? 0)',
    instead: 'Math.round(jittered)',
    tests: ['unit/retry-schedule'],
  },
  {
    name: 'gone-not-disabled',
    bug: 'an endpoint that answers 410 is called again and again',
    text: 'const isGone = sent.some(({ attempt }) => attempt.status === GONE);',
    instead: 'const isGone = false;',
    tests: ['stories/webhook-failures > that is gone'],
  },
  {
    name: 'failure-taken-for-success',
    bug: 'a delivery that was answered with 500 counts as made',
    text: 'status !== null && status >= 200 && status < 300;',
    instead: 'status !== null && status >= 200;',
    tests: ['stories/webhook-failures > the same bytes'],
  },
  {
    name: 'pauses-do-not-grow',
    bug: 'an endpoint that fails is tried every five seconds for ever',
    text: 'const attempts = delivery.failures + 1;',
    instead: 'const attempts = 1;',
    tests: ['stories/webhook-failures > the same bytes'],
  },
  {
    name: 'never-tried-again',
    bug: 'nobody looks for deliveries that are due again',
    text: 'wake(due);',
    instead: '',
    tests: ['stories/webhook-failures > the same bytes'],
  },
  {
    name: 'body-made-anew',
    bug: 'each attempt sends other bytes',
    text: 'const { eventId: id, body } = delivery;',
    instead: `const { eventId: id } = delivery;
  const body = JSON.stringify({ ...(JSON.parse(delivery.body) as object), timestamp: startedAt });`,
    tests: ['stories/webhook-failures > the same bytes'],
  },
  {
    name: 'claim-without-lease',
    bug: 'what one worker is sending is claimed by another too',
    text: "array_agg(event_id), now() + $3 * interval '1 millisecond'",
    instead: 'array_agg(event_id), now()',
    tests: ['laws/webhook-claims > belongs to nobody else'],
  },
  {
    name: 'claims-side-by-side',
    bug: 'two workers claim from the same place in the feed',
    text: 'FOR UPDATE OF webhook_endpoint_states',
    instead: '',
    tests: ['laws/webhook-claims > while several workers claim'],
  },
  {
    name: 'position-goes-back',
    bug: 'a claim that saw less of the feed than the one before it has it told again',
    text: 'greatest(position, least(position + ${FEED_LOOK}, head))',
    instead: 'least(position + ${FEED_LOOK}, head)',
    tests: ['laws/webhook-claims > does not go back'],
  },
  {
    name: 'disabled-not-owed',
    bug: 'what happens while the only endpoint is disabled is not recorded',
    text: 'FROM webhook_endpoints WHERE deleted_at IS NULL`',
    instead: "FROM webhook_endpoints WHERE status = 'enabled' AND deleted_at IS NULL`",
    tests: ['stories/webhook-recovery > disabled by hand'],
  },
  {
    name: 'paused-by-what-was-before',
    bug: 'a request from before a test pauses the endpoint, and the test is not sent',
    text: 'SELECT pause_resets = ${value.pauseResets} AS counts',
    instead: 'SELECT pause_resets >= ${value.pauseResets} AS counts',
    tests: ['stories/webhook-recovery > still under way'],
  },
  {
    name: 'test-behind-the-backlog',
    bug: 'a test of an endpoint that fails waits behind all that is due for it',
    text: "SELECT next_attempt_at - interval '1 microsecond'",
    instead: "SELECT next_attempt_at - interval '-1 hour'",
    tests: ['stories/webhook-recovery > a test'],
  },
  {
    name: 'turns-without-an-end',
    bug: 'an endpoint with a large backlog keeps the place of another',
    text: '(performance.now() > turnEnds && othersWait())',
    instead: '(performance.now() < turnEnds && false)',
    tests: ['laws/webhook-turns'],
  },
  {
    name: 'succeeded-undone',
    bug: 'a late failure undoes what has succeeded',
    text: "status = CASE deliveries.status WHEN 'succeeded' THEN 'succeeded' ELSE excluded.status END",
    instead: 'status = excluded.status',
    tests: ['laws/webhook-claims > stays so'],
  },
  {
    name: 'relay-not-locked',
    bug: 'two workers relay the same events at the same time',
    text: '(await tryLockRelay(client)) ? relayEvents(client, RELAY_LIMIT) : null,',
    instead: 'relayEvents(client, RELAY_LIMIT),',
    tests: ['laws/webhook-events > while it is written'],
  },
  {
    name: 'secret-stored-in-the-clear',
    bug: 'whoever reads the database can sign',
    text: 'sealedSecret: sealing.seal(key, id),',
    instead: 'sealedSecret: key,',
    tests: ['stories/webhook-endpoints > without its secret or its headers'],
  },
  {
    name: 'nonce-reused',
    bug: 'what is sealed twice looks the same, and can be opened without the key',
    text: 'const nonce = randomBytes(NONCE_BYTES);',
    instead: 'const nonce = Buffer.alloc(NONCE_BYTES);',
    tests: ['unit/seal'],
  },
];
