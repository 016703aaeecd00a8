import { createKeyRing } from '@wallet/api/access/key-ring';
import { type UsableKey, hashToken, hideTokens, keyIdOf, makeToken } from '@wallet/shared/words/api-key';
import type { GoodKeys } from '@wallet/shared/database/tables/api-keys';
import { newId } from '@wallet/shared/words/ids';
import { createLogger } from '@wallet/shared/process/logger';

const log = createLogger({ process: 'test', level: 'silent', pretty: false });
const NONE: GoodKeys = { everMade: false, keys: [] };

function makeKey(more: Partial<UsableKey> = {}): { key: UsableKey; token: string } {
  const id = newId();
  const token = makeToken(id);
  const none = { rateLimit: null, expiresAt: null, previousTokenHash: null, previousTokenUntil: null };
  return { key: { id, name: 'test', scopes: [], ...none, tokenHash: hashToken(token), ...more }, token };
}

/** A key ring on what `answer` says, with clocks that the test moves. */
async function start(first: () => Promise<GoodKeys>) {
  const database = { answer: first };
  const ring = await createKeyRing(() => database.answer(), log);
  return { ring, database, kindFor: async (token: string | null) => (await ring.judge(token)).kind };
}

const gives = (keys: GoodKeys) => () => Promise.resolve(keys);
const away = () => Promise.reject(new Error('connect ECONNREFUSED'));
const silent = () => new Promise<never>(() => undefined);

beforeEach(() => jest.useFakeTimers());
afterEach(() => {
  jest.clearAllTimers();
  jest.useRealTimers();
});

it('is open until a key is created, and then not again', async () => {
  const { ring, database, kindFor } = await start(gives(NONE));
  expect([ring.isOpen(), await kindFor(null), await kindFor('x')]).toEqual([true, 'anybody', 'anybody']);
  const { key, token } = makeKey();
  database.answer = gives({ everMade: true, keys: [key] });
  await jest.advanceTimersByTimeAsync(1_000);
  expect([await kindFor(null), await kindFor(token), await kindFor('x')]).toEqual(['no_token', 'key', 'bad_token']);
  database.answer = gives(NONE);
  await jest.advanceTimersByTimeAsync(1_000);
  expect([ring.isOpen(), await kindFor(null), await kindFor(token)]).toEqual([false, 'no_token', 'bad_token']);
});

it.each([
  ['is away', away],
  ['does not answer', silent],
])('while the database %s, admits known keys for half a minute, and nothing else', async (_, answer) => {
  const { key, token } = makeKey();
  const other = makeToken(newId());
  const { database, kindFor } = await start(gives({ everMade: true, keys: [key] }));
  /** A silent database is waited for. */
  const kinds = async () => {
    const all = Promise.all([kindFor(token), kindFor(other), kindFor(makeToken(key.id)), kindFor(null)]);
    await jest.advanceTimersByTimeAsync(1_000);
    return all;
  };
  database.answer = answer;
  await jest.advanceTimersByTimeAsync(3_000);
  expect(await kinds()).toEqual(['key', 'bad_token', 'bad_token', 'no_token']);
  await jest.advanceTimersByTimeAsync(3_000);
  expect(await kinds()).toEqual(['key', 'unsure', 'unsure', 'no_token']);
  await jest.advanceTimersByTimeAsync(30_000);
  expect(await kinds()).toEqual(['unsure', 'unsure', 'unsure', 'no_token']);
});

it('does not stay open while the database cannot say that there are no keys', async () => {
  const { database, kindFor } = await start(gives(NONE));
  database.answer = away;
  await jest.advanceTimersByTimeAsync(4_000);
  expect(await kindFor(null)).toBe('anybody');
  await jest.advanceTimersByTimeAsync(2_000);
  expect(await kindFor(null)).toBe('unsure');
  database.answer = gives(NONE);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(await kindFor(null)).toBe('anybody');
});

it('logs once that the keys cannot be read, without a stack', async () => {
  const warn = jest.spyOn(log, 'warn');
  const { database } = await start(gives(NONE));
  database.answer = away;
  await jest.advanceTimersByTimeAsync(4_000);
  expect(warn.mock.calls).toEqual([[{ reason: 'connect ECONNREFUSED', repeated: 0 }, 'keys cannot be read']]);
  warn.mockRestore();
});

it('reads the keys before it answers, when the process was paused', async () => {
  const { key, token } = makeKey();
  const { database, kindFor } = await start(gives({ everMade: true, keys: [] }));
  database.answer = gives({ everMade: true, keys: [key] });
  const now = performance.now();
  // Time has gone by, and no timer has run.
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => now + 60_000);
  expect(await kindFor(token)).toBe('key');
  clock.mockRestore();
});

it('knows the previous token until its time is over, and a key until it expires', async () => {
  const before = makeToken(newId());
  const id = keyIdOf(before)!;
  const token = makeToken(id);
  const previous = { previousTokenHash: hashToken(before), previousTokenUntil: new Date(Date.now() + 2_500) };
  const rotated = makeKey({
    id,
    tokenHash: hashToken(token),
    ...previous,
    expiresAt: new Date(Date.now() + 4_500),
  }).key;
  const { kindFor } = await start(gives({ everMade: true, keys: [rotated] }));
  expect([await kindFor(before), await kindFor(token)]).toEqual(['key', 'key']);
  await jest.advanceTimersByTimeAsync(2_500);
  expect([await kindFor(before), await kindFor(token)]).toEqual(['bad_token', 'key']);
  await jest.advanceTimersByTimeAsync(2_000);
  expect(await kindFor(token)).toBe('bad_token');
});

it('a token names its key, has 256 random bits, and is hidden in a text', () => {
  const id = newId();
  const [one, other] = [makeToken(id), makeToken(id)];
  expect([keyIdOf(one), keyIdOf(other)]).toEqual([id, id]);
  expect(one).not.toBe(other);
  expect(Buffer.from(one.slice(-43), 'base64url').length).toBe(32);
  for (const text of ['', 'wk_', one.slice(0, -1), `${one}x`, one.toUpperCase(), ` ${one}`])
    expect(keyIdOf(text)).toBeNull();
  expect(hideTokens(`{"path":"/a/${one}","id":"${other}"}`)).not.toMatch(
    new RegExp(`${one.slice(-43)}|${other.slice(-43)}`),
  );
});
