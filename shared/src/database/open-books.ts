import type { Books, PlannedOperation } from '../ledger/plan.ts';
import type { Terms } from '../ledger/terms.ts';
import { BrokenInvariant } from '../words/broken-invariant.ts';
import { KINDS } from '../words/kinds.ts';
import type { Client } from './pool.ts';
import {
  type LockedAccount,
  type LockedTermsAccount,
  type TouchedAccounts,
  type Treasury,
  lockAccounts,
  lockAccountsOfTerms,
  readAccountsOfTerms,
} from './tables/accounts.ts';
import type { PendingOperation } from './tables/pending-operations.ts';
import {
  type PendingTerms,
  readAccountsOfOriginals,
  readHolds,
  readOriginals,
  readTerms,
} from './tables/pending-terms.ts';

/** Operations in the form that the rules of the ledger use, and the state they are applied to. */
interface OpenBooks {
  readonly operations: readonly PlannedOperation[];
  readonly books: Books & { readonly accounts: ReadonlyMap<bigint, LockedAccount> };
}

const NONE: ReadonlyMap<string, never> = new Map<string, never>();

/** Locks every account that the operations can touch, and reads everything else that decides about them. */
export async function openBooks(client: Client, operations: readonly PendingOperation[]): Promise<OpenBooks> {
  if (operations.some(({ type }) => KINDS[type].hasTerms)) {
    return openWithTerms(client, operations, { terms: [], take: (touched) => lockAccountsOfTerms(client, touched) });
  }
  const accounts = await lockAccountsOf(client, operations);
  return {
    operations: operations.map((operation) =>
      toPlanned(operation, counterpartyOf(operation, accounts), null, accounts),
    ),
    books: { accounts: byId(accounts.list), holds: NONE, originals: NONE },
  };
}

/** An operation that is not stored, with its terms if its kind has any. */
export interface AskedOperation {
  readonly operation: PendingOperation;
  readonly terms: PendingTerms | null;
}

/**
 * Reads the same for pending operations and, behind them, a dry run, without locks: all of it has to be read in one
 * snapshot. Accounts that its acceptance would create are included, empty.
 */
export async function readBooks(
  client: Client,
  waiting: readonly PendingOperation[],
  { operation, terms }: AskedOperation,
): Promise<OpenBooks> {
  return openWithTerms(client, [...waiting, operation], {
    terms: terms === null ? [] : [terms],
    async take(touched) {
      const found = await readAccountsOfTerms(client, touched);
      return [...found, ...missingAccounts(operation, found)];
    },
  });
}

function missingAccounts(
  { type, walletId, assetId }: PendingOperation,
  found: readonly LockedTermsAccount[],
): LockedTermsAccount[] {
  const made: Omit<LockedTermsAccount, 'id' | 'walletId' | 'heldOf'> = {
    ...{ isSystem: false, mayGoNegative: false, balance: 0n, creditLimit: 0n, version: 0n },
    ...{ status: 'active', assetId, partition: null },
  };
  const own = found.some((account) => account.walletId === walletId);
  const held = type !== 'hold' || found.some((account) => account.heldOf === walletId);
  return [
    ...(own ? [] : [{ ...made, id: -1n, walletId, heldOf: null }]),
    ...(held ? [] : [{ ...made, id: -2n, walletId: null, heldOf: walletId }]),
  ];
}

interface Sources {
  /** Terms of operations that are not stored. */
  readonly terms: readonly PendingTerms[];
  readonly take: (touched: TouchedAccounts) => Promise<LockedTermsAccount[]>;
}

/**
 * Held and reversed amounts are read after all accounts are locked: they change only under these locks. An operation to
 * be reversed may still be pending in another partition, as a line of an atomic batch; it ends before the locks are
 * taken, or after.
 */
async function openWithTerms(
  client: Client,
  operations: readonly PendingOperation[],
  sources: Sources,
): Promise<OpenBooks> {
  const terms = new Map(sources.terms.map((each) => [each.operationId, each]));
  const withTerms = operations.filter(({ id, type }) => namesOthers(type) && !terms.has(id)).map(({ id }) => id);
  const read = withTerms.length > 0 ? await readTerms(client, withTerms) : [];
  for (const each of read) terms.set(each.operationId, each);
  const { originalIds, holdIds } = targetsOf(operations, terms);

  const walletIds = new Set<string>();
  const heldOf = new Set<string>();
  const treasuries = new Map<string, Treasury>();
  const accountIds = new Set(originalIds.length > 0 ? await readAccountsOfOriginals(client, originalIds) : []);
  for (const operation of operations) {
    const { id, type, walletId, toWalletId, assetId, partition } = operation;
    const own = terms.get(id);
    walletIds.add(walletId);
    if (toWalletId !== null) walletIds.add(toWalletId);
    if (movesWhatIsHeld(type)) heldOf.add(walletId);
    if (isWithTreasury(operation, own)) treasuries.set(treasuryKey(assetId, partition), { assetId, partition });
    for (const { from, to } of own?.legs ?? []) accountIds.add(from).add(to);
    if (own?.toAccountId != null) accountIds.add(own.toAccountId);
  }
  const list = await sources.take({
    walletIds: [...walletIds],
    heldOf: [...heldOf],
    treasuries: [...treasuries.values()],
    accountIds: [...accountIds],
  });
  const accounts = findable(list);
  const holds = holdIds.length > 0 ? await readHolds(client, holdIds) : [];
  const originals = originalIds.length > 0 ? await readOriginals(client, originalIds) : [];
  return {
    operations: operations.map((operation) => {
      if (!KINDS[operation.type].hasTerms)
        return toPlanned(operation, counterpartyOf(operation, accounts), null, accounts);
      const named = toTerms(operation, terms.get(operation.id), accounts);
      return toPlanned(operation, accounts.ofWallet(operation.walletId), named, accounts);
    }),
    books: {
      accounts: byId(list),
      holds: new Map(holds.map((hold) => [hold.id, hold])),
      originals: new Map(originals.map((original) => [original.id, original])),
    },
  };
}

/** Whether it takes its terms to apply an operation: those of a hold say only when it expires. */
function namesOthers(type: PendingOperation['type']): boolean {
  return KINDS[type].hasTerms && type !== 'hold';
}

function movesWhatIsHeld(type: PendingOperation['type']): boolean {
  return KINDS[type].from === 'held' || KINDS[type].to === 'held';
}

/** Whether the treasury of its partition pays or receives what it moves. */
function isWithTreasury({ type, toWalletId }: PendingOperation, terms: PendingTerms | undefined): boolean {
  return toWalletId === null && (!KINDS[type].hasTerms || (type === 'capture' && terms?.toAccountId === null));
}

/** The operations to reverse, and the holds to capture or release: each once. */
function targetsOf(
  operations: readonly PendingOperation[],
  terms: ReadonlyMap<string, PendingTerms>,
): { originalIds: string[]; holdIds: string[] } {
  const [originals, holds] = [new Set<string>(), new Set<string>()];
  for (const { id, type } of operations) {
    const target = terms.get(id)?.targetId;
    if (target != null) (type === 'reversal' ? originals : holds).add(target);
  }
  return { originalIds: [...originals], holdIds: [...holds] };
}

function toTerms(
  operation: PendingOperation,
  terms: PendingTerms | undefined,
  accounts: FindableAccounts<LockedTermsAccount>,
): Terms {
  const { id, type: kind, walletId, transferable } = operation;
  if (kind === 'hold') return { kind, held: accounts.heldOf(walletId).id };
  if (terms === undefined) throw new BrokenInvariant(`operation ${id} has no terms`);
  if (kind === 'release') return { kind, holdId: targetOf(terms), held: accounts.heldOf(walletId).id };
  if (kind === 'capture') {
    const to = terms.toAccountId ?? counterpartyOf(operation, accounts).id;
    const held = accounts.heldOf(walletId).id;
    return { kind, holdId: targetOf(terms), held, to, transferable, final: terms.final };
  }
  if (kind === 'reversal') return { kind, originalId: targetOf(terms) };
  if (kind === 'posting') return { kind, legs: terms.legs };
  throw new BrokenInvariant(`operation ${id} is a ${kind}, which has no terms`);
}

function targetOf({ operationId, targetId }: PendingTerms): string {
  if (targetId === null)
    throw new BrokenInvariant(`operation ${operationId} names nothing that it captures, releases or reverses`);
  return targetId;
}

function toPlanned(
  operation: PendingOperation,
  counterparty: LockedAccount,
  terms: Terms | null,
  accounts: FindableAccounts<LockedAccount>,
): PlannedOperation {
  return {
    id: operation.id,
    type: operation.type,
    amount: operation.amount,
    account: accounts.ofWallet(operation.walletId).id,
    counterparty: counterparty.id,
    transferable: operation.transferable,
    cancelled: operation.part?.cancelled ?? false,
    unit: operation.part?.atomic ? operation.part.batchId : null,
    terms,
  };
}

function counterpartyOf(operation: PendingOperation, accounts: FindableAccounts<LockedAccount>): LockedAccount {
  return operation.toWalletId !== null ? accounts.ofWallet(operation.toWalletId) : accounts.treasuryOf(operation);
}

interface FindableAccounts<Locked extends LockedAccount> {
  readonly list: readonly Locked[];
  ofWallet(walletId: string): Locked;
  heldOf(walletId: string): Locked;
  treasuryOf(operation: PendingOperation): Locked;
}

/** Locks the accounts of the operations' wallets, and the treasuries of operations that name no other wallet. */
export async function lockAccountsOf(
  client: Client,
  operations: readonly PendingOperation[],
): Promise<FindableAccounts<LockedAccount>> {
  const walletIds = new Set<string>();
  const treasuries = new Map<string, Treasury>();
  for (const { walletId, toWalletId, assetId, partition } of operations) {
    walletIds.add(walletId);
    if (toWalletId !== null) walletIds.add(toWalletId);
    else treasuries.set(treasuryKey(assetId, partition), { assetId, partition });
  }
  return findable(await lockAccounts(client, [...walletIds], [...treasuries.values()]));
}

function findable<Locked extends LockedAccount & { readonly heldOf?: string | null }>(
  list: readonly Locked[],
): FindableAccounts<Locked> {
  const byKey = new Map(list.map((account) => [keyOf(account), account]));
  const get = (key: string): Locked => {
    const account = byKey.get(key);
    if (account === undefined) throw new BrokenInvariant(`there is no account for ${key}`);
    return account;
  };
  return {
    list,
    ofWallet: get,
    heldOf: (walletId) => get(heldKey(walletId)),
    treasuryOf: (operation) => get(treasuryKey(operation.assetId, operation.partition)),
  };
}

function keyOf(account: LockedAccount & { readonly heldOf?: string | null }): string {
  if (account.walletId !== null) return account.walletId;
  return account.heldOf ? heldKey(account.heldOf) : treasuryKey(account.assetId, account.partition);
}

function heldKey(walletId: string): string {
  return `what is held of ${walletId}`;
}

function treasuryKey(assetId: number, partition: number | null): string {
  return `treasury of asset ${assetId} in partition ${partition}`;
}

function byId<Locked extends LockedAccount>(list: readonly Locked[]): Map<bigint, Locked> {
  return new Map(list.map((account) => [account.id, account]));
}
