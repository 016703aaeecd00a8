import type { Assets } from '@wallet/shared/database/assets';
import type { Database } from '@wallet/shared/database/pool';
import { type WalletFacts, findUserWallets } from '@wallet/shared/database/tables/wallets';
import { chooseAsset, mayBeAdded } from '../http/choose-asset.ts';
import {
  type AskedSimple,
  type Draft,
  type Facts,
  type OperationRequest,
  draftOperation,
  userKey,
} from '../operations/draft-operation.ts';
import { lineSchema } from '../operations/general-operation.ts';
import { metadataOf } from '../http/metadata.ts';
import { Refusal } from '../http/refusal.ts';
import { toFieldErrors } from '../http/schemas.ts';
import type { RawLine } from './raw-line.ts';

/** What lines are placed by. */
export interface PlaceNeeds {
  readonly storing: Database;
  readonly assets: Assets;
  /** What never changes about wallets: of those that exist. */
  readonly findWallets: (ids: Iterable<string>) => Promise<ReadonlyMap<string, WalletFacts>>;
}

export interface LineRules {
  /** Whether the lines are applied together: then all of them wait in the partition of the first. */
  isAtomic(): boolean;
  /** Whether a line's idempotency key or reference names its request. */
  readonly hasKeys: boolean;
}

/** A line that can be stored, if its key is not taken. */
export interface Place {
  readonly line: number;
  readonly draft: Draft;
}

/** A line whose fields passed their schema. */
interface ReadLine extends OperationRequest<AskedSimple> {
  readonly line: number;
}

type Refuse = (line: number, field: string, message: string) => void;

/** Checks what the lines say, and finds their wallets. */
export async function findPlaces(
  needs: PlaceNeeds,
  raw: readonly RawLine[],
  rules: LineRules,
  refuse: Refuse,
): Promise<Place[]> {
  const read: ReadLine[] = [];
  for (const { line, value, problem, field } of raw) {
    if (problem !== null) {
      refuse(line, field ?? '', problem);
      continue;
    }
    const result = lineSchema.safeParse(value);
    if (result.success) {
      const { data } = result;
      const metadata = metadataOf(value);
      read.push({ line, asked: data, extras: data, metadata, keyHeader: undefined, hasKey: rules.hasKeys });
    } else {
      const [first] = toFieldErrors(result.error);
      refuse(line, first?.path ?? '', first?.message ?? 'is not an operation');
    }
  }
  const facts = await findFacts(needs, read);
  const places: Place[] = [];
  for (const request of read) {
    const draft = draftOperation(request, facts);
    if (draft instanceof Refusal) refuse(request.line, draft.field, draft.message);
    else places.push({ line: request.line, draft });
  }
  return places;
}

async function findFacts({ storing, assets, findWallets }: PlaceNeeds, read: readonly ReadLine[]): Promise<Facts> {
  const ids = new Set<string>();
  const wanted = new Map<string, { login: string; assetId: number }>();
  const isNew = read.some(({ asked }) => 'external_user_id' in asked && mayBeAdded(assets, asked));
  if (isNew) await assets.readAnew();
  for (const { asked } of read) {
    if ('wallet_id' in asked) ids.add(asked.wallet_id);
    else if ('from_wallet_id' in asked) ids.add(asked.from_wallet_id).add(asked.to_wallet_id);
    else {
      const login = asked.external_user_id;
      const asset = chooseAsset(assets, asked);
      if (asset instanceof Refusal) continue;
      wanted.set(userKey(login, asset.id), { login, assetId: asset.id });
    }
  }
  const wallets = await findWallets(ids);
  const found = wanted.size > 0 ? await findUserWallets(storing, [...wanted.values()]) : [];
  const users = new Map(found.map((user) => [userKey(user.login, user.assetId), user]));
  return { assets, wallets, users, terms: null };
}
