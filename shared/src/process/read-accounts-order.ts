import { ACCOUNT_NAME, ACCOUNT_NAME_RULE } from '../words/house-account.ts';
import { UsageError, readOptions } from './read-options.ts';

/** What `npm run accounts` is asked to do. */
export type AccountsOrder =
  | { readonly kind: 'add'; readonly name: string; readonly mayGoNegative: boolean; readonly json: boolean }
  | { readonly kind: 'list'; readonly json: boolean };

export const ACCOUNTS_HELP = `npm run accounts -- add <name> [--may-go-negative]
npm run accounts -- list

  --may-go-negative  its balances may go below zero, as those of the treasury may
  --json             JSON on standard output

A name is 1 to 63 of a-z 0-9 _ -, the first a letter. A house account has a balance in every asset, and is in effect in every
running process at once. It is permanent: it cannot be changed or deleted. Adding the same one again changes nothing.
DATABASE_URL says where the accounts are. Exit status 0 if it is done, 1 if the name belongs to an account that differs or
there are too many, 2 if the command cannot be understood or the database cannot be reached.`;

const OPTIONS = {
  'may-go-negative': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

/** Reads the command line. @throws UsageError with a sentence that says what is wrong. */
export function readAccountsOrder(args: readonly string[]): AccountsOrder {
  const { values, positionals } = readOptions('npm run accounts', args, { options: OPTIONS, allowPositionals: true });
  const [kind, ...rest] = positionals;
  const { json = false, 'may-go-negative': mayGoNegative } = values;
  if (kind !== 'add' && kind !== 'list') {
    throw misused(`${kind === undefined ? 'Say what to do' : `There is no command ${kind}`}: add, list.`);
  }
  if (kind === 'list') {
    if (rest.length > 0) throw misused(`list takes options only, not ${rest.join(' ')}.`);
    if (mayGoNegative !== undefined) throw misused('list has no --may-go-negative.');
    return { kind, json };
  }
  const [name, ...more] = rest;
  if (name === undefined || more.length > 0) throw misused('add takes the name of one account.');
  if (!ACCOUNT_NAME.test(name)) throw misused(`The name ${ACCOUNT_NAME_RULE}: ${name} is not.`);
  return { kind, name, mayGoNegative: mayGoNegative ?? false, json };
}

function misused(sentence: string): UsageError {
  return new UsageError(`${sentence} See npm run accounts -- --help.`);
}
