import { type ObjectContext, object } from '@restatedev/restate-sdk';
import type { Answer, WalletOperation } from '../../baselines/apply-operation.ts';

type Apply = (context: ObjectContext, operation: WalletOperation) => Promise<Answer | 'already_applied'>;

/** The virtual object of a wallet: its handler runs one call at a time for each key, in the order of the calls. */
export const walletObject = (apply: Apply) => object({ name: 'wallet', handlers: { apply } });

/** Keeps the balance in Restate's own state, and no history. */
export const applyToState: Apply = async (context, operation) => {
  const sign = operation.operation_type === 'DEPOSIT' ? 1n : -1n;
  const change = sign * BigInt(Math.round(operation.amount * 100));
  const balance = BigInt((await context.get<string>('balance')) ?? 0) + change;
  if (balance < 0n) return 'insufficient_funds';
  const version = BigInt((await context.get<string>('version')) ?? 0) + 1n;
  context.set('balance', String(balance));
  context.set('version', String(version));
  return { balance: String(balance), version: String(version) };
};
