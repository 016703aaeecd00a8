import { createHash, randomBytes } from 'node:crypto';

/** The scopes a key may have. The database has the same list. */
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
/** The most keys that can be valid at once: every API process holds them all, and reads them every second. */
export const KEYS_MOST = 1_000;

/** A key without its hash, as it is shown. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Requests per second; null is unlimited. */
  readonly rateLimit: number | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** A key as it is compared with a token. */
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

/** The id of the key in a token; null if the text is not a token. */
export function keyIdOf(token: string): string | null {
  const parts = TOKEN.exec(token);
  return parts === null ? null : parts.slice(1).join('-');
}

/** The only form in which a token is stored. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

const IN_TEXT = /wk_([0-9a-f]{32})_[A-Za-z0-9_-]+/g;

/** Removes tokens from a text. The id of a key is not secret. */
export function hideTokens(text: string): string {
  return text.includes('wk_') ? text.replace(IN_TEXT, 'wk_$1_***') : text;
}
