/**
 * SQL for an idempotency key's entry in `operation_keys`: the first 16 bytes of its SHA-256 as a uuid, the smallest
 * type that Postgres compares fast. The law computes the same (migrations/repeatable/law.sql).
 */
export function keyHash(key: string): string {
  return `encode(substr(sha256(convert_to(${key}, 'UTF8')), 1, 16), 'hex')::uuid`;
}
