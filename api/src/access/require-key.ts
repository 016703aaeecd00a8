import type { Scope } from '@wallet/shared/words/api-key';
import type { Request, RequestHandler } from 'express';
import type { KeyRing } from './key-ring.ts';
import { Problem } from '../http/problem.ts';

const REALM = 'Bearer realm="wallet-operations"';
const INVALID = 'The API key is not known, or has expired or been revoked.';

/**
 * Admits requests with a key, or all requests before the first key is created, and counts them against the rate limit.
 * It does not read the body.
 */
export function requireKey({
  judge,
  limitRate,
}: {
  judge: KeyRing['judge'];
  limitRate: RequestHandler;
}): RequestHandler {
  return async (request, response, next) => {
    // Checked already, under the other base path.
    if (response.locals.key !== undefined) {
      next();
      return;
    }
    const verdict = await judge(tokenOf(request.get('authorization')));
    if (verdict.kind === 'anybody' || verdict.kind === 'key') {
      const key = verdict.kind === 'key' ? verdict.key : null;
      response.locals.key = key;
      response.setHeader('Cache-Control', 'no-store');
      if (key === null) {
        next();
        return;
      }
      response.locals.logged['key_id'] = key.id;
      await limitRate(request, response, next);
      return;
    }
    throw problemOf(verdict.kind);
  };
}

/**
 * Makes a function that checks again whether a request that is still being answered is permitted. While the database is
 * down and that is unknown, it stays permitted: then there is nothing to send either.
 */
export function createRecheck(judge: KeyRing['judge']): (request: Request, scope: Scope) => Promise<boolean> {
  return async (request, scope) => {
    const verdict = await judge(tokenOf(request.get('authorization')));
    if (verdict.kind === 'key') return verdict.key.scopes.includes(scope);
    return verdict.kind === 'anybody' || verdict.kind === 'unsure';
  };
}

/** The token of an Authorization header (RFC 6750, section 2.1); null if it has none. */
function tokenOf(header: string | undefined): string | null {
  const match = /^Bearer(?: +(.*))?$/i.exec(header ?? '');
  return match === null ? null : (match[1] ?? '');
}

function problemOf(kind: 'no_token' | 'bad_token' | 'unsure'): Problem {
  switch (kind) {
    case 'no_token':
      return new Problem('api_key_missing', 'Send an API key as Authorization: Bearer wk_….', {
        headers: { 'WWW-Authenticate': REALM },
      });
    case 'bad_token':
      return new Problem('api_key_invalid', INVALID, {
        headers: { 'WWW-Authenticate': `${REALM}, error="invalid_token", error_description="${INVALID}"` },
      });
    case 'unsure':
      return new Problem('unavailable', 'The API keys cannot be read now.', { headers: { 'Retry-After': '1' } });
  }
}

/** Admits requests with the scope. A route with a scope but no guard before it rejects everything. */
export function requireScope(scope: Scope): RequestHandler {
  return (request, response, next) => {
    const { key } = response.locals;
    if (key === undefined) throw new Error('a route has a scope and no guard before it');
    if (key === null || key.scopes.includes(scope)) {
      next();
      return;
    }
    throw new Problem('scope_missing', `This key does not have the scope ${scope}.`, {
      headers: { 'WWW-Authenticate': `${REALM}, error="insufficient_scope", scope="${scope}"` },
    });
  };
}
