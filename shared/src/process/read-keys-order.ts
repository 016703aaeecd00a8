import { NAME_MOST, RATE_LIMIT_MOST, SCOPES, type Scope } from '../words/api-key.ts';
import type { NewApiKey } from '../database/tables/api-keys.ts';
import { canonicalUuid } from '../words/ids.ts';
import { parseMoment } from '../words/moment.ts';
import { UsageError, readOptions } from './read-options.ts';

/** What `npm run keys` is asked to do. */
export type KeysOrder =
  | { readonly kind: 'create'; readonly key: Omit<NewApiKey, 'id'>; readonly json: boolean }
  | { readonly kind: 'rotate'; readonly id: string; readonly atOnce: boolean; readonly json: boolean }
  | { readonly kind: 'revoke'; readonly id: string; readonly json: boolean }
  | { readonly kind: 'list'; readonly json: boolean }
  | { readonly kind: 'log'; readonly limit: number; readonly json: boolean }
  | { readonly kind: 'help' };

export const KEYS_HELP = `npm run keys -- create --name <name> --scopes <scope,…> [--rate-limit <n>] [--expires <when>]
npm run keys -- list
npm run keys -- rotate <id> [--at-once]
npm run keys -- revoke <id>
npm run keys -- log [--limit <n>]

  --scopes      of ${SCOPES.slice(0, 4).join(', ')},
                ${SCOPES.slice(4).join(', ')}
  --rate-limit  requests per second, at most ${RATE_LIMIT_MOST}; as fast as it goes without it
  --expires     a time as 2027-01-31T00:00:00Z, or from now on 90d, 12h, 30m or 60s; never without it
  --at-once     the previous token does not stay valid for another 24 hours
  --limit       how many administrative acts to show, the latest first; 50 without it
  --json        JSON on standard output

DATABASE_URL says where the keys are. Exit status 0 if it is done, 1 if the key does not allow it, 2 if the command
cannot be understood or the database cannot be reached.`;

const OPTIONS = {
  name: { type: 'string' },
  scopes: { type: 'string' },
  'rate-limit': { type: 'string' },
  expires: { type: 'string' },
  'at-once': { type: 'boolean' },
  limit: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;
type Option = keyof typeof OPTIONS;
type Given = ReturnType<typeof parse>['values'];

/** The options that each command has besides `--json`. */
const OPTIONS_OF = {
  create: ['name', 'scopes', 'rate-limit', 'expires'],
  rotate: ['at-once'],
  revoke: [],
  list: [],
  log: ['limit'],
} as const satisfies Record<Exclude<KeysOrder['kind'], 'help'>, readonly Option[]>;

const LOG_SHOWN = 50;
const LOG_MOST = 10_000;

/** Reads the command line. @throws UsageError with a sentence that says what is wrong. */
export function readKeysOrder(args: readonly string[], now: number): KeysOrder {
  const { values, positionals } = parse(args);
  const [kind, ...rest] = positionals;
  if (values.help || kind === 'help') return { kind: 'help' };
  if (kind === undefined || !isKind(kind)) {
    const what = kind === undefined ? 'Say what to do' : `There is no command ${kind}`;
    throw misused(`${what}: ${Object.keys(OPTIONS_OF).join(', ')}.`);
  }
  const allowed: readonly string[] = [...OPTIONS_OF[kind], 'json'];
  const other = Object.keys(values).find((name) => !allowed.includes(name));
  if (other !== undefined) throw misused(`${kind} has no --${other}.`);
  const json = values.json ?? false;
  if (kind === 'rotate' || kind === 'revoke') {
    const id = readId(kind, rest);
    return kind === 'rotate' ? { kind, id, atOnce: values['at-once'] ?? false, json } : { kind, id, json };
  }
  if (rest[0] !== undefined) throw misused(`${kind} does not take ${rest[0]}.`);
  if (kind === 'list') return { kind, json };
  if (kind === 'log') return { kind, limit: readCount('limit', values.limit ?? String(LOG_SHOWN), LOG_MOST), json };
  return { kind, key: readKey(values, now), json };
}

function parse(args: readonly string[]) {
  return readOptions('npm run keys', args, { options: OPTIONS, allowPositionals: true });
}

function isKind(word: string): word is keyof typeof OPTIONS_OF {
  return Object.hasOwn(OPTIONS_OF, word);
}

function readKey(values: Given, now: number): Omit<NewApiKey, 'id'> {
  const name = values.name?.trim() ?? '';
  if (name === '') throw misused('--name is missing: whose key it is, or what for.');
  if (name.length > NAME_MOST || /\p{C}/u.test(name)) {
    throw misused(`--name must be at most ${NAME_MOST} printable characters.`);
  }
  const limit = values['rate-limit'];
  return {
    name,
    scopes: readScopes(values.scopes),
    rateLimit: limit === undefined ? null : readCount('rate-limit', limit, RATE_LIMIT_MOST),
    expiresAt: values.expires === undefined ? null : readMoment(values.expires, now),
  };
}

function readScopes(text: string | undefined): Scope[] {
  const given = new Set((text ?? '').split(',').map((scope) => scope.trim()));
  given.delete('');
  const other = [...given].find((scope) => !SCOPES.some((each) => each === scope));
  if (other !== undefined) throw misused(`There is no scope ${other}. There are ${SCOPES.join(', ')}.`);
  if (given.size === 0) throw misused(`--scopes is missing: one or more of ${SCOPES.join(', ')}, with commas between.`);
  return SCOPES.filter((scope) => given.has(scope));
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(\d{1,6})([smhd])$/;

function readMoment(text: string, now: number): Date {
  const [, count, unit] = DURATION.exec(text) ?? [];
  const moment = unit === undefined ? parseMoment(text)?.floor.getTime() : now + Number(count) * UNIT_MS[unit as 'd'];
  if (moment === undefined) throw misused('--expires must look like 2027-01-31T00:00:00Z, 90d, 12h, 30m or 60s.');
  if (moment <= now) throw misused('--expires must be in the future.');
  return new Date(moment);
}

function readCount(name: string, text: string, most: number): number {
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > most) throw misused(`--${name} must be a whole number from 1 to ${most}.`);
  return count;
}

function readId(kind: string, [text, ...more]: readonly string[]): string {
  const id = text === undefined ? null : canonicalUuid(text);
  if (id === null || more.length > 0) throw misused(`${kind} needs the id of one key, as list shows it.`);
  return id;
}

function misused(sentence: string): UsageError {
  return new UsageError(`${sentence} See npm run keys -- --help.`);
}
