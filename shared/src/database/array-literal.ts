/**
 * The text of a Postgres array of numbers, uuids, times (ISO 8601) or bare words. It skips the driver's escaping, which costs
 * more than the rest of sending a large batch, so only values without quotes, commas, braces, spaces and backslashes may go in.
 */
export function arrayLiteral(values: readonly (bigint | number | string | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}
