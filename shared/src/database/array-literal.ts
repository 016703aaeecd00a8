/**
 * The text of a Postgres array of numbers, uuids, times (ISO 8601) or bare words. It skips the driver's escaping, which costs
 * more than the rest of sending a large batch, so only values without quotes, commas, braces, spaces and backslashes may go in.
 */
export function arrayLiteral(values: readonly (bigint | number | string | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

/** The same of what each row has. Put together piece by piece it takes no longer than the text of values that are there. */
export function arrayLiteralOf<Row>(rows: readonly Row[], of: (row: Row) => bigint | number | string | null): string {
  let words = '';
  let comma = '';
  for (const row of rows) {
    words += `${comma}${of(row) ?? 'NULL'}`;
    comma = ',';
  }
  return `{${words}}`;
}
