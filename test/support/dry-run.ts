import request from 'supertest';
import type { Service } from './service.ts';

type Body = Record<string, any>;

/** Asks what would come of an operation. Answers the body. */
export async function dryRun(service: Pick<Service, 'url'>, path: string, body: object = {}): Promise<Body> {
  const answer = await request(service.url).post(`${path}?dry_run=true`).send(body).expect(200);
  return answer.body;
}

/** What only an operation that is stored has, what only a dry run has, and what can happen to an operation later. */
const NOT_ALIKE = [
  ...['id', 'batch_id', 'created_at', 'completed_at'],
  ...['dry_run', 'ahead'],
  ...['reversed_amount', 'reversed'],
];

/** What a dry run and the operation itself have to tell alike. */
export function toldOf({ result, ...body }: Body): Body {
  const told = Object.entries(body).filter(([name]) => !NOT_ALIKE.includes(name));
  return { ...Object.fromEntries(told), result: result && { ...result, transaction_number: null } };
}
