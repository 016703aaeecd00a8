import { Problem } from '../http/problem.ts';

export function batchNotFound(id: string): Problem<'batch_not_found'> {
  return new Problem('batch_not_found', `There is no batch ${id}.`);
}
