import type { Queryable } from '../pool.ts';

/** A line that a batch was accepted without, and why. */
export interface SkippedLine {
  readonly line: number;
  readonly field: string;
  readonly message: string;
}

/** The lines that a batch was accepted without, in the order of the file. */
export async function findSkippedLines(database: Queryable, batchId: string): Promise<readonly SkippedLine[]> {
  const { rows } = await database.query<{ lines: string }>({
    name: 'findSkippedLines',
    text: `SELECT skipped_lines AS lines FROM batches WHERE id = $1 AND skipped > 0`,
    values: [batchId],
  });
  return rows[0] === undefined ? [] : (JSON.parse(rows[0].lines) as SkippedLine[]);
}

/** How `batches` stores them: null if there are none. */
export function writeSkippedLines(lines: readonly SkippedLine[]): string | null {
  return lines.length === 0 ? null : JSON.stringify(lines);
}
