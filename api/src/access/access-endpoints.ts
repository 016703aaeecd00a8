import { createKey, revokeKey } from '@wallet/shared/access/administer-keys';
import { presentAct, presentKey } from '@wallet/shared/access/present-key';
import type { Database } from '@wallet/shared/database/pool';
import { findApiKey, listKeysBefore } from '@wallet/shared/database/tables/api-keys';
import { listActs } from '@wallet/shared/database/tables/audit-log';
import {
  KEYS_MOST,
  NAME_MOST,
  RATE_LIMIT_MOST,
  SCOPES,
  type Scope,
  type UsableKey,
} from '@wallet/shared/words/api-key';
import { JsonText } from '@wallet/shared/words/json-text';
import { z } from 'zod';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { id, time } from '../http/fields.ts';
import { answerPage, createCursors, pageOf, pageQuery, readId, readPosition } from '../http/pages.ts';
import { Problem } from '../http/problem.ts';
import { idParams, invalid, momentFrom, text } from '../http/schemas.ts';

const TAG = 'Access';
const KEY_CURSORS = createCursors('keys', readId);
const ACT_CURSORS = createCursors('acts', readPosition);

export interface AccessNeeds {
  readonly database: Database;
  /** Resolves when this process has the change. The others have it within a second. */
  readonly onKeysChanged: () => Promise<void>;
}

export function createAccessEndpoints(needs: AccessNeeds): Endpoint[] {
  return [getMe(), postKey(needs), getKeys(needs), postRevocation(needs), getActs(needs)];
}

const meSchema = z
  .strictObject({
    anonymous: z.boolean().meta({ description: 'True if no key was ever created, in which case none is needed.' }),
    key: z
      .strictObject({
        id,
        name: z.string(),
        rate_limit: z.int().nullable().meta({ description: 'Requests per second; null means no limit.' }),
        expires_at: time.nullable(),
      })
      .nullable(),
    scopes: z.array(z.enum(SCOPES)),
  })
  .meta({ id: 'Me', description: 'A caller, and what it may do.' });

const getMe = () =>
  endpoint({
    method: 'get',
    name: 'getCaller',
    paths: ['/access/me'],
    tag: TAG,
    summary: 'Read the key of this request',
    description: 'Its name, scopes and expiry.',
    params: null,
    query: null,
    body: null,
    scope: 'any',
    answers: { 200: meSchema },
    problems: [],
    handle: ({ key }) => ({
      status: 200,
      body: {
        anonymous: key === null,
        key: key && {
          id: key.id,
          name: key.name,
          rate_limit: key.rateLimit,
          expires_at: key.expiresAt?.toISOString() ?? null,
        },
        scopes: [...(key?.scopes ?? SCOPES)],
      },
    }),
  });

const keySchema = z
  .strictObject({
    id,
    name: z.string(),
    status: z.enum(['good', 'expired', 'revoked']),
    scopes: z.array(z.enum(SCOPES)),
    rate_limit: z.int().nullable(),
    created_at: time,
    expires_at: time.nullable(),
    revoked_at: time.nullable(),
  })
  .meta({ id: 'ApiKey', description: 'Without its token: only a hash of that is stored.' });

const keyWithTokenSchema = keySchema
  .extend({ token: z.string().meta({ description: 'Shown only in this answer: store it.' }) })
  .meta({ id: 'ApiKeyWithToken' });

const postKey = ({ database, onKeysChanged }: AccessNeeds) =>
  endpoint({
    method: 'post',
    name: 'createKey',
    paths: ['/access/keys'],
    tag: TAG,
    summary: 'Create an API key',
    description:
      'It can have only scopes that the key of this request has. Once the first key is created, every request ' +
      'needs one.',
    params: null,
    query: null,
    body: z.strictObject({
      name: text(NAME_MOST).trim().min(1).meta({ example: 'shop' }),
      scopes: z
        .array(z.enum(SCOPES))
        .min(1)
        .transform((scopes) => [...new Set(scopes)]),
      rate_limit: z.int().min(1).max(RATE_LIMIT_MOST).nullish().meta({ description: 'Requests per second.' }),
      expires_at: momentFrom.nullish(),
    }),
    scope: 'access:admin',
    answers: { 201: keyWithTokenSchema },
    problems: ['scope_missing', 'too_many_keys'],
    handle: async ({ key, body, actor }) => {
      const { name, scopes, rate_limit: rateLimit = null, expires_at: expiresAt = null } = body;
      const missing = missingOf(key, scopes);
      if (missing.length > 0) {
        return new Problem('scope_missing', `A key cannot grant scopes that it does not have: ${missing.join(', ')}.`);
      }
      if (expiresAt !== null && expiresAt.getTime() <= Date.now()) {
        return invalid([{ path: 'expires_at', message: 'must be in the future' }]);
      }
      const made = await createKey(database, { name, scopes, rateLimit, expiresAt }, actor);
      if (made === 'too_many_keys') {
        return new Problem('too_many_keys', `There are ${KEYS_MOST} valid keys, the most there can be. Revoke one.`);
      }
      await onKeysChanged();
      return { status: 201, body: { ...presentKey(made.key), token: made.token } };
    },
  });

function missingOf(key: UsableKey | null, scopes: readonly Scope[]): readonly Scope[] {
  return key === null ? [] : scopes.filter((scope) => !key.scopes.includes(scope));
}

const getKeys = ({ database }: AccessNeeds) =>
  endpoint({
    method: 'get',
    name: 'listKeys',
    paths: ['/access/keys'],
    tag: TAG,
    summary: 'List API keys, newest first',
    description: 'Expired and revoked keys are in the list. Tokens are not: only their hashes are stored.',
    params: null,
    query: z.strictObject(pageQuery),
    body: null,
    scope: 'access:admin',
    answers: { 200: pageOf(keySchema) },
    problems: [],
    handle: async ({ query }) =>
      answerPage({
        found: await listKeysBefore(database, KEY_CURSORS.read(query.cursor), query.limit + 1),
        ...{ limit: query.limit, cursors: KEY_CURSORS },
        keyOf: (key) => key.id,
        present: presentKey,
      }),
  });

const postRevocation = ({ database, onKeysChanged }: AccessNeeds) =>
  endpoint({
    method: 'post',
    name: 'revokeKey',
    paths: ['/access/keys/{id}/revoke'],
    tag: TAG,
    summary: 'Revoke an API key',
    description:
      'Revocation is permanent and takes effect within a second in every process. Revoking a key again ' +
      'changes nothing.',
    params: idParams,
    query: null,
    body: null,
    scope: 'access:admin',
    answers: { 200: keySchema },
    problems: ['key_not_found'],
    handle: async ({ params, actor }) => {
      await revokeKey(database, params.id, actor);
      const key = await findApiKey(database, params.id);
      if (key === null) return new Problem('key_not_found', `There is no API key ${params.id}.`);
      await onKeysChanged();
      return { status: 200, body: presentKey(key) };
    },
  });

const actSchema = z
  .strictObject({
    at: time,
    actor: z.enum(['key', 'anonymous', 'command_line']),
    key_id: id.nullable(),
    action: z.string(),
    subject_type: z.string(),
    subject_id: id.nullable().meta({ description: 'Null if the subject has no UUID: the detail names it.' }),
    detail: z.record(z.string(), z.unknown()),
    request_id: z.string().nullable(),
  })
  .meta({ id: 'Act', description: 'An administrative action, recorded in the transaction that made it.' });

const getActs = ({ database }: AccessNeeds) =>
  endpoint({
    method: 'get',
    name: 'listActs',
    paths: ['/access/log'],
    tag: TAG,
    summary: 'Read the audit log, newest first',
    description: 'Administrative actions: who did what to which key, endpoint, wallet or asset.',
    params: null,
    query: z.strictObject(pageQuery),
    body: null,
    scope: 'access:admin',
    answers: { 200: pageOf(actSchema) },
    problems: [],
    handle: async ({ query }) =>
      answerPage({
        found: await listActs(database, query.limit + 1, ACT_CURSORS.read(query.cursor)),
        ...{ limit: query.limit, cursors: ACT_CURSORS },
        keyOf: (act) => String(act.id),
        present: (act) => ({ ...presentAct(act), detail: new JsonText(JSON.stringify(act.detail)) }),
      }),
  });
