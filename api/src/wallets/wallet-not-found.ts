import { Problem } from '../http/problem.ts';

export function notFound(id: string): Problem<'wallet_not_found'> {
  return new Problem('wallet_not_found', `There is no wallet ${id}.`);
}
