import { availableParallelism } from 'node:os';
import { ConfigError } from '../words/config-error.ts';
import { parseHosts } from '../database/hosts.ts';
import { z } from 'zod';
import { redisSettings } from './redis-settings.ts';
import { SEALING_KEY_BYTES } from './seal.ts';
import { type SettingName, findMisspellings } from './setting-names.ts';

/** The settings that every process shares. Read once, validated, frozen, passed in. */
export const sharedSettings = {
  DATABASE_URL: databaseSetting(),
  ...redisSettings,
  QUEUE_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be letters, digits, "_" and "-"')
    .default('wallet'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  LOG_PRETTY: booleanSetting(false),
  PARTITIONS: numberSetting(1, 1024).optional(),
  MIGRATION_WAIT_S: numberSetting(0, 86_400).default(0),
};

/** Postgres gets only a hash, computed here; other characters have more than one encoding. */
const databasePassword = z
  .string()
  .regex(/^[!-~]{8,200}$/, 'must be 8 to 200 printable ASCII characters without spaces')
  .optional();

/** The passwords for the users of the roles. */
export const databasePasswords = {
  API_DATABASE_PASSWORD: databasePassword,
  WORKER_DATABASE_PASSWORD: databasePassword,
  AUDITOR_DATABASE_PASSWORD: databasePassword,
};

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The settings of a process that stores or sends webhooks. No message repeats the key. */
export const webhookSettings = {
  WEBHOOK_KEY: z
    .string()
    .refine(
      (text) => BASE64.test(text) && Buffer.from(text, 'base64').length === SEALING_KEY_BYTES,
      `must be the base64 of ${SEALING_KEY_BYTES} bytes; openssl rand -base64 ${SEALING_KEY_BYTES} makes one`,
    )
    .transform((text) => Buffer.from(text, 'base64'))
    .optional(),
  WEBHOOK_ALLOW_PRIVATE: booleanSetting(false),
};

/**
 * Reads settings from the environment. Empty values count as unset.
 * @throws ConfigError naming every setting that is missing or wrong, and every misspelt setting.
 */
export function readSettings<Shape extends z.ZodRawShape>(
  shape: Shape & Readonly<Record<Exclude<keyof Shape, SettingName>, never>>,
  env: NodeJS.ProcessEnv,
): Readonly<z.infer<z.ZodObject<Shape>>> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = z.object<Shape>(shape).safeParse(given);
  const misspelt = findMisspellings(given).map(
    ({ name, nearest }) => `  ${name} is not a setting; the nearest is ${nearest}`,
  );
  if (result.success && misspelt.length === 0) return Object.freeze(result.data);
  const problems = (result.error?.issues ?? []).map((issue) => {
    const name = issue.path.join('.');
    return given[name] === undefined ? `  ${name} is not set` : `  ${name}: ${issue.message}`;
  });
  throw new ConfigError(`The configuration is not usable:\n${[...problems, ...misspelt].join('\n')}`);
}

const DECIMAL = /^(0|[1-9]\d{0,14})$/;

/** A URL of one Postgres server or of several, as in libpq. */
export function databaseSetting() {
  return (
    z
      .string()
      .superRefine((url, context) => {
        try {
          parseHosts(url);
        } catch (error) {
          context.addIssue(error instanceof Error ? error.message : String(error));
        }
      })
      // These would replace the time limits that keep a paused process from holding a partition.
      .refine(
        (url) => !/[?&](options|(?!connect_timeout=)\w+_timeout)=/.test(url),
        'must not set options, or time limits other than connect_timeout',
      )
  );
}

/** A whole number in plain decimal digits: ` 8000 `, `0x10` and `1e3` are refused. */
export function numberSetting(least: number, most: number) {
  return z
    .string()
    .refine(
      (text) => DECIMAL.test(text) && Number(text) >= least && Number(text) <= most,
      `must be a whole number from ${least} to ${most}, in decimal digits`,
    )
    .transform(Number);
}

const MOST_PROCESSES = 64;

/** How many processes share the work of one: a number, or `auto` for one per core. */
export function processesSetting() {
  const number = numberSetting(1, MOST_PROCESSES);
  return z
    .string()
    .default('1')
    .refine(
      (text) => text === 'auto' || number.safeParse(text).success,
      `must be a whole number from 1 to ${MOST_PROCESSES}, in decimal digits, or auto`,
    )
    .transform((text) => (text === 'auto' ? Math.min(availableParallelism(), MOST_PROCESSES) : Number(text)));
}

/** `true`, `1`, `false` or `0`. */
export function booleanSetting(fallback: boolean) {
  return z
    .enum(['true', 'false', '1', '0'])
    .default(fallback ? 'true' : 'false')
    .transform((text) => text === 'true' || text === '1');
}

/** Whether failures are reported with their stacks. */
export function isDebugging(): boolean {
  return process.env['LOG_LEVEL'] === 'debug' || process.env['LOG_LEVEL'] === 'trace';
}
