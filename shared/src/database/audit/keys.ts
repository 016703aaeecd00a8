import { ARCHIVED_BEFORE, LAST_ID } from './bounds.ts';
import type { Pieces, Violation } from './pieces.ts';

/**
 * Checks idempotency keys: each belongs to the operation that has it, or had it when it was archived.
 * @param from the hash after which to begin.
 */
export async function* checkKeys(
  pieces: Pieces,
  tell: (violation: Violation) => void,
  from: string,
): AsyncGenerator<string> {
  let after = from;
  while (after < LAST_ID) {
    const piece = await pieces.read(async (client, rows) => {
      const bound = await client.query<{ key: string }>(
        'SELECT key_hash AS key FROM operation_keys WHERE key_hash > $1 ORDER BY key_hash OFFSET $2 LIMIT 1',
        [after, rows - 1],
      );
      const upTo = bound.rows[0]?.key ?? LAST_ID;
      return { upTo, found: (await client.query<Violation>(KEYS, [after, upTo])).rows };
    });
    piece.found.forEach(tell);
    after = piece.upTo;
    yield after;
  }
}

const KEYS = `SELECT 'key_without_operation' AS violation, 'operation ' || operation_id AS subject,
         CASE WHEN operation.id IS NULL THEN format('has the key %s and does not exist', key_hash)
              ELSE format('has another key than %s', key_hash) END AS detail
  FROM operation_keys
  LEFT JOIN LATERAL (SELECT id, idempotency_key FROM operations WHERE id = operation_keys.operation_id OFFSET 0) AS operation ON true
  WHERE key_hash > $1 AND key_hash <= $2
    AND (operation.id IS NOT NULL OR (operation_id < ${ARCHIVED_BEFORE}) IS NOT TRUE)
    AND key_hash IS DISTINCT FROM encode(substr(sha256(convert_to(operation.idempotency_key, 'UTF8')), 1, 16), 'hex')::uuid`;
