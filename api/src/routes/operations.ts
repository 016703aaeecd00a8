import { findOperations } from '@wallet/shared/database/tables/operations';
import type { RequestHandler } from 'express';
import type { Api } from '../context.ts';
import { answerOperation } from '../http/answer-operation.ts';
import { Problem } from '../http/problem.ts';
import { parseWith, uuidSchema } from '../http/schemas.ts';

/** `GET /operations/{id}`: the operation as it is, or as soon as it is final. */
export function getOperation(api: Api): RequestHandler {
  return async (request, response) => {
    const id = parseWith(uuidSchema, request.params['id']);
    const [operation] = await findOperations(api.database, [id]);
    if (operation === undefined) throw new Problem('operation_not_found', `There is no operation ${id}.`);
    await answerOperation(api, request, response, operation, 200);
  };
}
