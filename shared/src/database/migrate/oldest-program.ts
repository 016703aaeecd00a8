/** The first migration that records which programs fit the schema: it creates the table for that. */
const FIRST = 20;
const LINE = /^-- Oldest program: (\d+)\n/;

/**
 * The oldest program that fits the schema after a migration, identified by the last migration it knows: the first line
 * of every migration from 20 on states it. A migration that keeps older programs working repeats the previous number.
 * @returns null for the earlier migrations. @throws Error if the line is missing.
 */
export function readOldestProgram({ id, fileName, sql }: { id: number; fileName: string; sql: string }): number | null {
  if (id < FIRST) return null;
  const [, number] = LINE.exec(sql) ?? [];
  if (number === undefined || Number(number) > id)
    throw new Error(
      `${fileName} must begin with the line "-- Oldest program: N", where N is at most ${id}: the oldest program that can ` +
        'work on the schema after it (CONTRIBUTING.md, "Migrations").',
    );
  return Number(number);
}
