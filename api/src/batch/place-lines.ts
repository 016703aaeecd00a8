import type { Asset } from '@wallet/shared/database/tables/assets';
import type { LineDraft } from '@wallet/shared/database/tables/batch-lines';
import { type NewWallet, type UserWallet, findUserWallets } from '@wallet/shared/database/tables/wallets';
import { firstWalletId } from '@wallet/shared/ids';
import { KINDS } from '@wallet/shared/kinds';
import { parseAmount } from '@wallet/shared/money';
import type { z } from 'zod';
import type { Api } from '../context.ts';
import { chooseAsset } from '../find-user-wallet.ts';
import { lineSchema } from '../http/general-operation.ts';
import { idempotencyKeyOf } from '../http/idempotency-key.ts';
import { metadataOf } from '../http/metadata.ts';
import { type LineError, Problem } from '../http/problem.ts';
import { toFieldErrors } from '../http/schemas.ts';
import { describeAmountProblem, hashOperation } from '../submit-operation.ts';
import type { RawLine } from './raw-line.ts';

type Line = z.output<typeof lineSchema>;

export interface LineRules {
  /** Whether the lines are applied together: then all of them wait in the partition of the first. */
  isAtomic(): boolean;
  /** Whether a line's idempotency key or reference names its request. */
  readonly hasKeys: boolean;
}

/** A line that can be stored, if its key is not taken. */
export interface Place {
  readonly line: number;
  readonly draft: LineDraft;
  readonly asset: Asset;
  /** The wallet that has to be made for it. */
  readonly wallet: NewWallet | null;
}

/** A line whose fields passed their schema. */
interface ReadLine {
  readonly line: number;
  readonly fields: Line;
  /** The JSON text that was sent. */
  readonly metadata: string | null;
}

type Refuse = (line: number, field: string, message: string) => void;

/** Checks what the lines say, and finds their wallets. */
export async function findPlaces(
  api: Api,
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
    if (result.success) read.push({ line, fields: result.data, metadata: metadataOf(value) });
    else {
      const [first] = toFieldErrors(result.error);
      refuse(line, first?.path ?? '', first?.message ?? 'is not an operation');
    }
  }
  const ids = new Set<string>();
  for (const { fields } of read) {
    if ('wallet_id' in fields) ids.add(fields.wallet_id);
    else if ('from_wallet_id' in fields) ids.add(fields.from_wallet_id).add(fields.to_wallet_id);
  }
  const facts = await api.findWallet.many(ids);
  const users = await findUsers(api, read);
  return read.flatMap((each) => {
    const { line } = each;
    const place = placeOf(api, each, facts, users, rules);
    if (!('message' in place)) return [place];
    refuse(line, place.field, place.message);
    return [];
  });
}

type Refusal = Omit<LineError, 'line'>;

function placeOf(
  api: Api,
  { line, fields, metadata }: ReadLine,
  facts: Awaited<ReturnType<Api['findWallet']['many']>>,
  users: ReadonlyMap<string, UserWallet>,
  rules: LineRules,
): Place | Refusal {
  let wallet: Place['wallet'] = null;
  let walletId: string;
  let toWalletId: string | null = null;
  let asset: Asset;
  if ('external_user_id' in fields) {
    const chosen = assetOf(api, fields);
    if ('message' in chosen) return chosen;
    asset = chosen;
    const user = users.get(userKey(fields.external_user_id, asset.id));
    if (user === undefined) return { field: 'external_user_id', message: 'there is no such user' };
    walletId = user.walletId ?? firstWalletId(user.clientId, asset.id);
    if (user.walletId === null) {
      if (KINDS[fields.type].to !== 'wallet') {
        return { field: 'external_user_id', message: `the user has no wallet of ${asset.code}` };
      }
      wallet = { id: walletId, clientId: user.clientId, assetId: asset.id };
    }
  } else {
    const isTransfer = 'from_wallet_id' in fields;
    walletId = isTransfer ? fields.from_wallet_id : fields.wallet_id;
    const found = facts.get(walletId);
    if (found === undefined) {
      return { field: isTransfer ? 'from_wallet_id' : 'wallet_id', message: 'there is no such wallet' };
    }
    asset = api.assets.withId(found.assetId);
    if (isTransfer) {
      toWalletId = fields.to_wallet_id;
      const receiver = facts.get(toWalletId);
      if (receiver === undefined) return { field: 'to_wallet_id', message: 'there is no such wallet' };
      if (toWalletId === walletId) return { field: 'to_wallet_id', message: 'must be another wallet' };
      if (receiver.assetId !== found.assetId) {
        return { field: 'to_wallet_id', message: 'is a wallet of another asset' };
      }
    }
  }
  const amount = parseAmount(fields.amount, asset.scale);
  if (!amount.ok) return { field: 'amount', message: describeAmountProblem(amount.problem, asset) };
  const key = rules.hasKeys ? keyOf(fields) : { key: null };
  if ('message' in key) return key;
  const draft = {
    walletId,
    toWalletId,
    assetId: asset.id,
    type: fields.type,
    amount: amount.minorUnits,
    description: fields.description ?? null,
    referenceId: fields.reference_id ?? null,
    metadata,
    idempotencyKey: key.key,
    requestHash: null as string | null,
  };
  if (key.key !== null) draft.requestHash = hashOperation(draft);
  return { line, draft, asset, wallet };
}

function keyOf(fields: Line): { key: string | null } | Refusal {
  if (fields.idempotency_key == null && fields.reference_id == null) return { key: null };
  try {
    return { key: idempotencyKeyOf(undefined, fields.idempotency_key, fields.reference_id) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { field: 'idempotency_key', message: 'and reference_id must be the same where both are given' };
  }
}

function assetOf(api: Api, fields: Parameters<typeof chooseAsset>[1]): Asset | Refusal {
  try {
    return chooseAsset(api, fields);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const [first] = error.errors;
    return { field: first && 'path' in first ? first.path : 'asset', message: first?.message ?? error.message };
  }
}

async function findUsers(api: Api, read: readonly { readonly fields: Line }[]): Promise<Map<string, UserWallet>> {
  const wanted = new Map<string, { login: string; assetId: number }>();
  for (const { fields } of read) {
    if (!('external_user_id' in fields)) continue;
    const asset = assetOf(api, fields);
    if ('message' in asset) continue;
    wanted.set(userKey(fields.external_user_id, asset.id), { login: fields.external_user_id, assetId: asset.id });
  }
  const found = wanted.size > 0 ? await findUserWallets(api.storing, [...wanted.values()]) : [];
  return new Map(found.map((user) => [userKey(user.login, user.assetId), user]));
}

function userKey(login: string, assetId: number): string {
  return `${assetId} ${login}`;
}
