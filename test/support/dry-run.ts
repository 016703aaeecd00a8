import request from 'supertest';
import type { Service } from './service.ts';

type Body = Record<string, any>;

/** Asks what would come of an operation. Answers the body. */
export async function dryRun(service: Pick<Service, 'url'>, path: string, body: object = {}): Promise<Body> {
  const answer = await request(service.url).post(`${path}?dry_run=true`).send(body).expect(200);
  return answer.body;
}

/** What a dry run and the operation itself have to tell alike, whatever was done to the operation since. */
export function toldOf(body: Body): Body {
  const { result, ...told } = body;
  for (const own of ['id', 'batch_id', 'created_at', 'completed_at', 'dry_run', 'ahead']) delete told[own];
  for (const later of ['reversed_amount', 'reversed']) delete told[later];
  return { ...told, result: result && { ...result, transaction_number: null } };
}
