import { addAsset } from '../database/add-asset.ts';
import { checkDatabase } from '../database/migrate/check-database.ts';
import { type Database, createPool } from '../database/pool.ts';
import { type Asset, listAssets } from '../database/tables/assets.ts';
import { readSettings, sharedSettings } from '../process/config.ts';
import { ASSETS_HELP, type AssetsOrder, readAssetsOrder } from '../process/read-assets-order.ts';
import { runCommand } from '../process/run-command.ts';
import { ASSETS_MOST } from '../words/asset.ts';

/**
 * `npm run assets -- add | list`: the assets in the database of DATABASE_URL. The result is on standard output, as text
 * or, with `--json`, as JSON. Exit status 0 on success, 1 if another asset has the code, 2 if the command is invalid or
 * the database cannot be reached.
 */
await runCommand({ help: ASSETS_HELP, failed: 'The assets cannot be reached', read: readAssetsOrder, run: main });

async function main(order: AssetsOrder): Promise<number> {
  const { DATABASE_URL: url } = readSettings({ DATABASE_URL: sharedSettings.DATABASE_URL }, process.env);
  const database = createPool({ url, name: 'wallet-assets', size: 1, writes: true, onError: () => undefined });
  try {
    await checkDatabase(database, url, 'assets');
    return order.kind === 'add' ? await add(database, order) : await list(database, order);
  } finally {
    await database.end();
  }
}

async function add(
  database: Database,
  { asset: wanted, json }: Extract<AssetsOrder, { kind: 'add' }>,
): Promise<number> {
  const added = await addAsset(database, wanted, { actor: 'command_line', keyId: null, requestId: null });
  if (added.outcome === 'too_many_assets')
    return refuse(`There are ${ASSETS_MOST} assets already, the most there can be.`);
  if (added.outcome === 'asset_exists') {
    return refuse(`${wanted.code} exists as another asset, which cannot be changed:\n${assetLine(added.asset)}`);
  }
  print(json ? JSON.stringify(added.asset) : assetLine(added.asset));
  return 0;
}

async function list(database: Database, { json }: Extract<AssetsOrder, { kind: 'list' }>): Promise<number> {
  const assets = await listAssets(database);
  if (json) print(JSON.stringify(assets));
  else for (const asset of assets) print(assetLine(asset));
  return 0;
}

function assetLine({ id, code, name, scale, transferable }: Asset): string {
  const decimals = `${scale} ${scale === 1 ? 'decimal' : 'decimals'}`;
  return [id, code, name, decimals, transferable ? 'transferable' : 'not transferable'].join('  ');
}

function refuse(sentence: string): number {
  process.stderr.write(`${sentence}\n`);
  return 1;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
