import type { Database } from './pool.ts';
import { type Actor, insertAct } from './tables/audit-log.ts';
import { type HouseAccount, findHouseAccount, insertHouseAccount } from './tables/house-accounts.ts';
import { inTransaction } from './transaction.ts';

/** `added`; `unchanged` if an identical account exists; `account_exists` if the name belongs to a different one. */
export type AddedHouseAccount =
  | { readonly outcome: 'added' | 'unchanged' | 'account_exists'; readonly account: HouseAccount }
  | { readonly outcome: 'too_many_accounts' };

/**
 * Adds a house account with its accounts in every asset and records the actor, in one transaction. When this returns,
 * it is usable in every process. It is permanent: house accounts are never changed or deleted.
 */
export async function addHouseAccount(
  database: Database,
  wanted: Omit<HouseAccount, 'createdAt'>,
  by: Actor,
): Promise<AddedHouseAccount> {
  const { name, mayGoNegative } = wanted;
  return inTransaction(database, async (client) => {
    const outcome = await insertHouseAccount(client, wanted);
    if (outcome === 'too_many_accounts') return { outcome };
    const account = await findHouseAccount(client, name);
    if (account === null) throw new Error(`house account ${name} cannot be found`);
    if (outcome === 'added') {
      await insertAct(client, by, {
        ...{ action: 'house_account.added', subjectType: 'house_account', subjectId: null },
        detail: { name, may_go_negative: mayGoNegative },
      });
      return { outcome, account };
    }
    return { outcome: account.mayGoNegative === mayGoNegative ? 'unchanged' : 'account_exists', account };
  });
}
