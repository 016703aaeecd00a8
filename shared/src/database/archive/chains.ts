import { type FileKind, readRows } from './files.ts';
import { readCheckpoint } from './remove-month.ts';

/** The state of an account, as texts like in the files. */
interface Stand {
  readonly version: number;
  readonly balance: string;
}

/** The states of all accounts after the months checked so far. */
export type Stands = Map<string, Stand>;

/**
 * Per account, the states that a month's movements lead to minus those they lead from, each as a hash of version and
 * balance.
 */
interface Chain {
  movements: number;
  one: number;
  other: number;
}

/** The contents of a month's files. */
export interface Contents {
  readonly rows: Readonly<Partial<Record<FileKind, number>>>;
  /** The amounts moved, by asset. */
  readonly sums: ReadonlyMap<number, { readonly movements: number; readonly amount: bigint }>;
  /** The problems found, one sentence each. */
  readonly wrong: readonly string[];
}

/**
 * Checks the files of a month: every operation has its movement or its failure, and the movements of every account lead
 * from its previous state to its checkpoint. The movements are not sorted by account: each leads from one version and
 * balance to the next, so the sum of the states they lead to minus the sum of those they lead from leaves only the last
 * and the first. Advances `stands`.
 */
export async function checkContents(folder: string, kinds: readonly FileKind[], stands: Stands): Promise<Contents> {
  const ids = { sum: 0 };
  const operations = await countIds(folder, 'operations', (id) => (ids.sum = (ids.sum + hash(id, SEEDS[0])) | 0));
  const failures = await countIds(folder, 'failures', (id) => (ids.sum = (ids.sum - hash(id, SEEDS[0])) | 0));
  const chains = new Map<string, Chain>();
  const sums = new Map<number, { movements: number; amount: bigint }>();
  let movements = 0;
  for await (const rows of readRows(folder, 'movements'))
    for (const row of rows) {
      const cells = row.split(',');
      const [
        id = '',
        leg = '',
        from = '',
        fromVersion = '',
        fromBalance = '',
        to = '',
        toVersion = '',
        toBalance = '',
      ] = cells;
      const [amount, asset] = [BigInt(cells[8] ?? ''), Number(cells[9])];
      movements += 1;
      if (leg === '0') ids.sum = (ids.sum - hash(id, SEEDS[0])) | 0;
      step(chains, from, { version: Number(fromVersion), balance: fromBalance }, -amount);
      step(chains, to, { version: Number(toVersion), balance: toBalance }, amount);
      const sum = sums.get(asset);
      sums.set(asset, { movements: (sum?.movements ?? 0) + 1, amount: (sum?.amount ?? 0n) + amount });
    }
  const wrong = ids.sum === 0 ? [] : ['its operations are not those of its movements and failures'];
  const checkpoints = await followChains(folder, { chains, stands, wrong });
  const others: Partial<Record<FileKind, number>> = {};
  for (const kind of ['terms', 'legs'] as const)
    if (kinds.includes(kind)) others[kind] = await countIds(folder, kind, () => undefined);
  return { rows: { operations, movements, failures, checkpoints, ...others }, sums, wrong };
}

/** Continues from the readable checkpoints of a bad month, so that the following months can still be checked. */
export async function passMonth(folder: string, stands: Stands): Promise<void> {
  try {
    for await (const rows of readRows(folder, 'checkpoints'))
      for (const { accountId, version, balance } of rows.map(readCheckpoint))
        stands.set(accountId, { version: Number(version), balance });
  } catch {
    // The unreadable part was already reported.
  }
}

async function countIds(folder: string, kind: FileKind, add: (id: string) => void): Promise<number> {
  let count = 0;
  for await (const rows of readRows(folder, kind)) {
    count += rows.length;
    for (const row of rows) add(row.slice(0, row.indexOf(',')));
  }
  return count;
}

function step(chains: Map<string, Chain>, account: string, reached: Stand, change: bigint): void {
  let chain = chains.get(account);
  if (chain === undefined) chains.set(account, (chain = { movements: 0, one: 0, other: 0 }));
  chain.movements += 1;
  add(chain, reached, 1);
  add(chain, { version: reached.version - 1, balance: String(BigInt(reached.balance) - change) }, -1);
}

function add(chain: Chain, { version, balance }: Stand, sign: 1 | -1): void {
  const text = `${version} ${balance}`;
  chain.one = (chain.one + sign * hash(text, SEEDS[0])) | 0;
  chain.other = (chain.other + sign * hash(text, SEEDS[1])) | 0;
}

async function followChains(
  folder: string,
  { chains, stands, wrong }: { chains: Map<string, Chain>; stands: Stands; wrong: string[] },
): Promise<number> {
  let checkpoints = 0;
  for await (const rows of readRows(folder, 'checkpoints'))
    for (const row of rows) {
      checkpoints += 1;
      const { accountId, version, balance } = readCheckpoint(row);
      const before = stands.get(accountId) ?? { version: 0, balance: '0' };
      const reached = { version: Number(version), balance };
      const chain = chains.get(accountId) ?? { movements: 0, one: 0, other: 0 };
      add(chain, reached, -1);
      add(chain, before, 1);
      if (chain.movements !== reached.version - before.version || chain.one !== 0 || chain.other !== 0)
        wrong.push(
          `the movements of account ${accountId} do not lead from version ${before.version} and balance ${before.balance} ` +
            `to version ${version} and balance ${balance}`,
        );
      chains.delete(accountId);
      stands.set(accountId, reached);
    }
  for (const account of chains.keys()) wrong.push(`account ${account} has movements and no checkpoint`);
  return checkpoints;
}

/** Two 32-bit FNV-1a hashes. Deliberate changes are found by the SHA-256 of the files. */
const SEEDS = [0x811c9dc5, 0x050c5d1f] as const;

function hash(text: string, seed: number): number {
  let value = seed;
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  // Mixes the last characters into all bits.
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return value ^ (value >>> 12);
}
