import request from 'supertest';
import type { Service } from './service.ts';

type Body = Record<string, any>;

/** Requests a dry run of an operation. Returns the body. */
export async function dryRun(service: Pick<Service, 'url'>, path: string, body: object = {}): Promise<Body> {
  const answer = await request(service.url).post(`${path}?dry_run=true`).send(body).expect(200);
  return answer.body;
}

/** Fields of only a stored operation, of only a dry run, and of later changes to an operation. */
const NOT_ALIKE = [
  ...['id', 'batch_id', 'created_at', 'completed_at'],
  ...['dry_run', 'ahead'],
  ...['reversed_amount', 'reversed'],
];

/** The fields that a dry run and the operation itself must share. */
export function toldOf({ result, ...body }: Body): Body {
  const told = Object.entries(body).filter(([name]) => !NOT_ALIKE.includes(name));
  return { ...Object.fromEntries(told), result: result && { ...result, transaction_number: null } };
}
