import { findTargets } from '@wallet/shared/database/tables/operation-terms';
import { type WalletFacts, findUserWallets } from '@wallet/shared/database/tables/wallets';
import { chooseAsset, mayBeAdded } from '../http/choose-asset.ts';
import { Refusal } from '../http/refusal.ts';
import { type Asked, type Facts, userKey } from '../operations/draft-operation.ts';
import { type AskedWithTerms, hasTerms } from '../operations/draft-terms.ts';
import {
  type TermsNeeds,
  findFactsOfTerms,
  targetsNamedIn,
  walletsNamedIn,
} from '../operations/find-facts-of-terms.ts';

/** The look-ups for lines. */
export interface LineNeeds extends TermsNeeds {
  /** The immutable facts of the wallets that exist. */
  readonly findWallets: (ids: Iterable<string>) => Promise<ReadonlyMap<string, WalletFacts>>;
}

/** Looks up everything that lines name: a few statements, however many lines there are. */
export async function findLineFacts(needs: LineNeeds, lines: readonly Asked[]): Promise<Facts> {
  const { storing, assets, findWallets } = needs;
  const ids = new Set<string>();
  const wanted = new Map<string, { login: string; assetId: number }>();
  const withTerms: AskedWithTerms[] = [];
  const isNew = lines.some((asked) => 'external_user_id' in asked && mayBeAdded(assets, asked));
  if (isNew) await assets.readAnew();
  for (const asked of lines) {
    if (hasTerms(asked)) {
      withTerms.push(asked);
      for (const id of walletsNamedIn(asked)) ids.add(id);
    } else if ('wallet_id' in asked) ids.add(asked.wallet_id);
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
  const terms = withTerms.length > 0 ? await findTerms(needs, withTerms, wallets) : null;
  return { assets, wallets, users, terms };
}

async function findTerms(
  needs: LineNeeds,
  asked: readonly AskedWithTerms[],
  wallets: Facts['wallets'],
): Promise<Facts['terms']> {
  const ids = targetsNamedIn(asked);
  const targets = ids.length > 0 ? await findTargets(needs.storing, ids) : [];
  await needs.assets.know(targets.map(({ assetId }) => assetId));
  return findFactsOfTerms(needs, asked, { wallets, targets });
}
