/**
 * What stands for an idempotency key in `operation_keys`, in the text of a statement: the first 16 bytes of its SHA-256, as a
 * uuid, which is the smallest that Postgres compares fast. The law says the same (migrations/repeatable/law.sql).
 */
export function keyHash(key: string): string {
  return `encode(substr(sha256(convert_to(${key}, 'UTF8')), 1, 16), 'hex')::uuid`;
}
