import request from 'supertest';
import type { Service } from './service.ts';

/** Requests an operation, and waits for its end. Returns the operation. */
export async function ask(
  service: Pick<Service, 'url'>,
  path: string,
  body: object = {},
): Promise<Record<string, any>> {
  const answer = await request(service.url).post(path).set('Prefer', 'wait=10').send(body).expect(200);
  return answer.body;
}
