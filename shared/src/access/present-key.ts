import type { ApiKey } from '../words/api-key.ts';
import type { RecordedAct } from '../database/tables/audit-log.ts';

/** Whether a key can be used now. */
function statusOf({ revokedAt, expiresAt }: ApiKey): 'good' | 'expired' | 'revoked' {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt.getTime() <= Date.now() ? 'expired' : 'good';
}

/** A key as JSON for programs. */
export function presentKey(key: ApiKey) {
  return {
    id: key.id,
    name: key.name,
    status: statusOf(key),
    scopes: key.scopes,
    rate_limit: key.rateLimit,
    created_at: key.createdAt.toISOString(),
    expires_at: key.expiresAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
  };
}

/** A key as a line of text. */
export function keyLine(key: ApiKey): string {
  return [
    key.id,
    statusOf(key).padEnd('revoked'.length),
    key.name,
    key.scopes.join(','),
    ...(key.rateLimit === null ? [] : [`${key.rateLimit} requests a second`]),
    ...(key.expiresAt === null ? [] : [`expires ${key.expiresAt.toISOString()}`]),
  ].join('  ');
}

/** An administrative action as JSON for programs. */
export function presentAct(act: RecordedAct) {
  return {
    at: act.at.toISOString(),
    actor: act.actor,
    key_id: act.keyId,
    action: act.action,
    subject_type: act.subjectType,
    subject_id: act.subjectId,
    detail: act.detail,
    request_id: act.requestId,
  };
}

/** An administrative action as a line of text. */
export function actLine(act: RecordedAct): string {
  const { at, actor, keyId, action, subjectId, detail } = act;
  return [at.toISOString(), actor === 'key' ? keyId : actor, action, subjectId ?? '-', JSON.stringify(detail)].join(
    '  ',
  );
}
