import { readFileSync } from 'node:fs';

/** The number of this program: the last migration it knows. A test compares it with the folder of migrations. */
export const NEWEST_MIGRATION = 27;

/**
 * The name of this program's connections. The law reads the number in it and refuses writes of programs that are too
 * old for the schema. So a connection may have any name but no other number, and a database URL must not name
 * connections.
 */
export function nameConnection(name: string): string {
  return `${name}/${NEWEST_MIGRATION}`;
}

/** The URL without a name for its connections, which would replace ours. */
export function withoutName(url: string): string {
  return url.replace(/(?<=[?&])(fallback_)?application_name=[^&]*&?/g, '');
}

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** The version of this release, as in `package.json`, the API document and `/status`. */
export const PROGRAM_VERSION = version;
