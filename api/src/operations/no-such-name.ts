import { Refusal } from '../http/refusal.ts';

/** Refusals for named resources that do not exist. */

export function noSuchWallet(field: string, id: string): Refusal<'wallet_not_found'> {
  return new Refusal('wallet_not_found', field, 'there is no such wallet', `There is no wallet ${id}.`);
}

export function noSuchUser(login: string): Refusal<'user_not_found'> {
  return new Refusal('user_not_found', 'external_user_id', 'there is no such user', `There is no user ${login}.`);
}

export function noSuchHold(id: string): Refusal<'hold_not_found'> {
  return new Refusal('hold_not_found', 'hold_id', 'there is no such hold', `There is no hold ${id}.`);
}

export function noSuchOperation(id: string): Refusal<'operation_not_found'> {
  return new Refusal(
    'operation_not_found',
    'operation_id',
    'there is no such operation',
    `There is no operation ${id}.`,
  );
}

export function noSuchAccount(field: string, name: string): Refusal<'account_not_found'> {
  return new Refusal(
    'account_not_found',
    field,
    'there is no such house account',
    `There is no house account ${JSON.stringify(name)}.`,
  );
}
