const BYTES = 16;

/** An idempotency key for one act of a person: sending it again does it once. `randomUUID` is for secure contexts only. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return `console-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
