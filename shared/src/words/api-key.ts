import { createHash, randomBytes } from 'node:crypto';

/** What a key may be allowed. The database knows the same list. */
export const SCOPES = [
  'operations:read',
  'operations:write',
  'wallets:read',
  'wallets:write',
  'webhooks:admin',
  'events:read',
  'assets:admin',
  'access:admin',
] as const;
export type Scope = (typeof SCOPES)[number];

export const NAME_MOST = 100;
export const RATE_LIMIT_MOST = 100_000;
/** As many keys can be good at once: every API process holds them all, and reads them every second. */
export const KEYS_MOST = 1_000;

/** A key as it is told to people: without its hash. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Requests per second; null is as fast as it goes. */
  readonly rateLimit: number | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** A key as it is held against a token. */
export interface UsableKey extends Pick<ApiKey, 'id' | 'name' | 'scopes' | 'rateLimit' | 'expiresAt'> {
  readonly tokenHash: Buffer;
  readonly previousTokenHash: Buffer | null;
  readonly previousTokenUntil: Date | null;
}

/** `wk_`, the id of the key without its hyphens, and 32 random bytes in base64url. */
const TOKEN = /^wk_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;
const SECRET_BYTES = 32;

export function makeToken(keyId: string): string {
  return `wk_${keyId.replaceAll('-', '')}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** The id of the key that a token says it is of; null if it is no token. */
export function keyIdOf(token: string): string | null {
  const parts = TOKEN.exec(token);
  return parts === null ? null : parts.slice(1).join('-');
}

/** The only form in which a token is stored. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

const IN_TEXT = /wk_([0-9a-f]{32})_[A-Za-z0-9_-]+/g;

/** A text without the tokens that were in it. The id of a key is no secret. */
export function hideTokens(text: string): string {
  return text.includes('wk_') ? text.replace(IN_TEXT, 'wk_$1_***') : text;
}
