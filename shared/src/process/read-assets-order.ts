import type { Asset } from '../database/tables/assets.ts';
import { ASSET_CODE, ASSET_NAME_MOST, SCALE_MOST } from '../words/asset.ts';
import { UsageError, readOptions } from './read-options.ts';

/** What `npm run assets` is asked to do. */
export type AssetsOrder =
  | { readonly kind: 'add'; readonly asset: Omit<Asset, 'id'>; readonly json: boolean }
  | { readonly kind: 'list'; readonly json: boolean };

export const ASSETS_HELP = `npm run assets -- add --code <code> --name <name> --scale <n> [--transferable]
npm run assets -- list

  --code          what requests call it by: 2 to 16 of A-Z 0-9, the first a letter
  --name          what people call it
  --scale         the number of decimals of its amounts, 0 to ${SCALE_MOST}
  --transferable  it may move from wallet to wallet
  --json          JSON on standard output

An asset is in effect in every running process at once, and for good: it cannot be changed or deleted. Adding the same asset
again changes nothing. DATABASE_URL says where the assets are. Exit status 0 if it is done, 1 if the code belongs to another
asset, 2 if the command cannot be understood or the database cannot be reached.`;

const OPTIONS = {
  code: { type: 'string' },
  name: { type: 'string' },
  scale: { type: 'string' },
  transferable: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

/** Reads the command line. @throws UsageError with a sentence that says what is wrong. */
export function readAssetsOrder(args: readonly string[]): AssetsOrder {
  const { values, positionals } = readOptions('npm run assets', args, { options: OPTIONS, allowPositionals: true });
  const [kind, ...rest] = positionals;
  const { json = false, ...about } = values;
  if (kind !== 'add' && kind !== 'list') {
    throw misused(`${kind === undefined ? 'Say what to do' : `There is no command ${kind}`}: add, list.`);
  }
  if (rest.length > 0) throw misused(`${kind} takes options only, not ${rest.join(' ')}.`);
  if (kind === 'list') {
    const [other] = Object.keys(about);
    if (other !== undefined) throw misused(`list has no --${other}.`);
    return { kind, json };
  }
  const { code = '', scale = '', transferable = false } = about;
  const name = about.name?.trim() ?? '';
  if (!ASSET_CODE.test(code)) throw misused('--code must be 2 to 16 of A-Z 0-9, the first a letter.');
  if (name === '' || name.length > ASSET_NAME_MOST || /\p{C}/u.test(name)) {
    throw misused(`--name must be 1 to ${ASSET_NAME_MOST} printable characters.`);
  }
  if (!/^\d$/.test(scale)) throw misused(`--scale must be a whole number from 0 to ${SCALE_MOST}.`);
  return { kind, asset: { code, name, scale: Number(scale), transferable }, json };
}

function misused(sentence: string): UsageError {
  return new UsageError(`${sentence} See npm run assets -- --help.`);
}
