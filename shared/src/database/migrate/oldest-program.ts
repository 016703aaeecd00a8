/** The first migration that says which programs the schema fits after it: it makes the table for that. */
const FIRST = 20;
const LINE = /^-- Oldest program: (\d+)\n/;

/**
 * The oldest program that fits the schema after a migration, by the last migration that it knows: the first line of every
 * migration from 20 on says it. A migration that leaves programs able to work repeats the number of the one before.
 * @returns null for the earlier migrations. @throws Error if it is not said.
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
