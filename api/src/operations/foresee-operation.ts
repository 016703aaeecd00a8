import type { KnownAssets } from '@wallet/shared/database/assets';
import { type AskedOperation, readBooks } from '@wallet/shared/database/open-books';
import type { Client, Database } from '@wallet/shared/database/pool';
import { END_OF_QUEUE, readWaiting } from '@wallet/shared/database/read-waiting';
import type { Operation } from '@wallet/shared/database/tables/operations';
import { inSnapshot } from '@wallet/shared/database/transaction';
import { type Movement, type Plan, type PlannedOperation, plan } from '@wallet/shared/ledger/plan';
import { newId } from '@wallet/shared/words/ids';
import type { Priority } from '@wallet/shared/words/operation';
import { partitionOf } from '@wallet/shared/words/partition';
import { Refusal } from '../http/refusal.ts';
import type { EarlierAcceptance } from './accept-operation.ts';
import { type Asked, type Draft, type OperationRequest, type RefusalOf, draftOperation } from './draft-operation.ts';
import { type FactNeeds, findFacts } from './find-facts.ts';
import { findReplay } from './submit-operation.ts';
import { tellTerms } from './tell-terms.ts';

/** How many operations may be pending before a dry run. */
export const WAITING_MOST = 1_000;

export interface ForeseeNeeds extends FactNeeds {
  readonly database: Database;
}

/** `foreseen`: the operation after it is applied, with `ahead` operations before it. */
export type Foresight =
  | { readonly kind: 'foreseen'; readonly operation: Operation; readonly ahead: number }
  | { readonly kind: 'too_many_pending'; readonly walletId: string };

/**
 * Computes how an operation would end if it were accepted now and applied right after everything pending for its
 * wallet, by the workers' rules. Nothing is stored or locked: everything is read in one snapshot. The backlogs of other
 * wallets and atomic batches are not considered, although they can change the outcome.
 */
export async function foreseeOperation<Named extends Asked>(
  needs: ForeseeNeeds,
  request: OperationRequest<Named>,
  priority: Priority,
): Promise<Foresight | EarlierAcceptance | Refusal<RefusalOf<Named>>> {
  const { database, assets, partitions } = needs;
  const drafted = draftOperation(request, await findFacts({ ...needs, storing: database }, request.asked));
  if (drafted instanceof Refusal) return drafted;
  const walletId = await walletOf(needs, drafted);
  const operation = { ...drafted.operation, walletId };
  return inSnapshot(database, async (client) => {
    const earlier = await findReplay(client, operation);
    if (earlier !== null) return earlier;
    if (drafted.onlyReplayed !== null) return drafted.onlyReplayed;
    const asked = toAsked(operation, partitionOf(walletId, partitions), assets);
    const done = await planBehindQueue(client, asked);
    if (done === null) return { kind: 'too_many_pending', walletId };
    const now = new Date();
    const shown = { ...operation, id: asked.operation.id, priority, terms: tellTerms(request.asked, operation, now) };
    return {
      kind: 'foreseen',
      operation: { ...shown, ...UNSTORED, createdAt: now, ...outcomeOf(shown, done) },
      ahead: done.ahead,
    };
  });
}

const UNSTORED = { batchId: null, completedAt: null, reversed: null } as const;

/** The wallet of an operation, or the id of the one that would be created for it. */
async function walletOf({ findWallet }: ForeseeNeeds, { operation, wallet }: Draft): Promise<string> {
  if (wallet === null) return operation.walletId;
  // Another client's wallet can have the id that is derived from the user.
  return (await findWallet(wallet.id)) === null ? wallet.id : newId();
}

/** As a worker would find it, at the end of the queue. */
function toAsked(operation: Draft['operation'], partition: number, assets: KnownAssets): AskedOperation {
  const id = newId();
  const { walletId, toWalletId, assetId, type, amount, terms } = operation;
  const isTransferable = (asset: number): boolean => assets.withId(asset).transferable;
  return {
    operation: {
      ...{ id, partition, seq: END_OF_QUEUE, position: 0, low: false, part: null, origin: null },
      ...{ walletId, toWalletId, assetId, type, amount, transferable: isTransferable(assetId) },
    },
    terms: terms && {
      operationId: id,
      targetId: terms.targetId,
      toAccountId: terms.toAccountId,
      final: terms.final !== false,
      legs: terms.legs.map((leg) => ({
        from: leg.fromAccountId,
        to: leg.toAccountId,
        amount: leg.amount,
        transferable: isTransferable(leg.assetId),
      })),
    },
  };
}

interface Done extends Pick<Plan, 'outcomes' | 'movements'> {
  readonly planned: PlannedOperation;
  readonly ahead: number;
}

/** @returns null if too many are pending. */
async function planBehindQueue(client: Client, asked: AskedOperation): Promise<Done | null> {
  const waiting = await readWaiting(client, asked.operation, WAITING_MOST);
  if (waiting === null) return null;
  const { operations, books } = await readBooks(client, waiting, asked);
  const planned = operations.at(-1);
  if (planned === undefined) throw new Error('the operation that was asked about is not in the plan');
  return { ...plan(operations, books), planned, ahead: waiting.length };
}

type Told =
  'status' | 'errorCode' | 'amount' | 'walletBalance' | 'walletVersion' | 'toWalletBalance' | 'toWalletVersion';

/** The fields of an ended operation: the same as those read of one that was applied. */
function outcomeOf(
  { type, amount, toWalletId }: Pick<Operation, 'type' | 'amount' | 'toWalletId'>,
  { planned, outcomes, movements }: Done,
): Pick<Operation, Told | 'heldBalance'> {
  const rejection = outcomes.at(-1)?.rejection ?? null;
  const moved = movements.filter(({ operationId }) => operationId === planned.id);
  const [first, second] = moved;
  if (rejection !== null || first === undefined)
    return { ...NOTHING_MOVED, status: 'failed', errorCode: rejection, amount };
  const own = lastOn(planned.account, moved);
  const receiver = toWalletId === null ? null : first.to;
  const isOne = second === undefined || type === 'capture';
  return {
    ...{ status: 'succeeded', errorCode: null, amount: amount ?? (type !== 'posting' && isOne ? first.amount : null) },
    ...{ walletBalance: own?.balance ?? null, walletVersion: own?.version ?? null },
    ...{ toWalletBalance: receiver?.balance ?? null, toWalletVersion: receiver?.version ?? null },
    heldBalance: heldAfter(planned, first, second),
  };
}

const NOTHING_MOVED = {
  ...{ walletBalance: null, walletVersion: null, toWalletBalance: null, toWalletVersion: null },
  heldBalance: null,
};

/** An account after the last of the movements on it. */
function lastOn(account: bigint, movements: readonly Movement[]): Movement['to'] | undefined {
  return movements
    .flatMap(({ from, to }) => [from, to])
    .filter(({ id }) => id === account)
    .at(-1);
}

function heldAfter({ terms }: PlannedOperation, first: Movement, second: Movement | undefined): bigint | null {
  if (terms?.kind === 'hold') return first.to.balance;
  if (terms?.kind === 'release') return first.from.balance;
  return terms?.kind === 'capture' ? (second ?? first).from.balance : null;
}
