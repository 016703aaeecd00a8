import { readFileSync } from 'node:fs';

/** The number of this program: that of the last migration that it knows. A test holds it against the folder of migrations. */
export const NEWEST_MIGRATION = 26;

/**
 * What a connection of this program is called. The law reads the number in it, and refuses what a program writes that is too old
 * for the schema: so what is connected may have any name but no other number, and the URL of a database names no connection.
 */
export function nameConnection(name: string): string {
  return `${name}/${NEWEST_MIGRATION}`;
}

/** The URL without a name for its connections, which would take the place of ours. */
export function withoutName(url: string): string {
  return url.replace(/(?<=[?&])(fallback_)?application_name=[^&]*&?/g, '');
}

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** The version of this release, as `package.json`, the API's document and `/status` have it. */
export const PROGRAM_VERSION = version;
