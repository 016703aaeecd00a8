import { createReadStream, statSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** A client for everything whose processor time is not measured. */
export interface HttpClient {
  /** `body` is sent as JSON, or, with a `file`, the file unchanged. */
  send(
    method: string,
    route: string,
    options?: { headers?: Readonly<Record<string, string>>; body?: object; file?: string },
  ): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }>;
  close(): void;
}

export function createClient(port: number): HttpClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  return {
    send(method, route, { headers = {}, body, file } = {}) {
      const type = body === undefined ? {} : { 'content-type': 'application/json' };
      return new Promise((resolve, reject) => {
        const options = { method, agent, headers: { ...type, ...headers } };
        const outgoing = request(`http://127.0.0.1:${port}${route}`, options, (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.once('error', reject);
          incoming.once('end', () => {
            const text = Buffer.concat(chunks).toString();
            const answer = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
            resolve({ status: incoming.statusCode ?? 0, body: answer });
          });
        });
        outgoing.once('error', reject);
        if (file !== undefined) createReadStream(file).pipe(outgoing);
        else outgoing.end(body && JSON.stringify(body));
      });
    },
    close: () => agent.destroy(),
  };
}

/** Writes a CSV file of deposits to the wallets in turn. */
export function writeDeposits(file: string, wallets: readonly string[], lines: number, amount = '1.00'): string {
  const output = ['type,wallet_id,amount'];
  for (let line = 0; line < lines; line += 1) output.push(`deposit,${wallets[line % wallets.length]},${amount}`);
  writeFileSync(file, `${output.join('\n')}\n`);
  return file;
}

/** @returns the batch's id. @throws Error if it was not accepted. */
export async function uploadBatch(client: HttpClient, file: string, key?: string): Promise<string> {
  const answer = await client.send('POST', '/batches', {
    headers: {
      'content-type': 'text/csv',
      'content-length': String(statSync(file).size),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    file,
  });
  if (answer.status !== 202) throw new Error(JSON.stringify(answer));
  return answer.body['id'] as string;
}

const LOOK_MS = 50;
/** A million lines take a minute or two on two cores. */
const FINISHED_MS = 1_800_000;

/** @returns the finished batch. @throws Error if it is not finished within half an hour. */
export async function untilFinished(client: HttpClient, id: string): Promise<Readonly<Record<string, unknown>>> {
  const deadline = performance.now() + FINISHED_MS;
  for (;;) {
    const { body } = await client.send('GET', `/batches/${id}`);
    if (body['status'] === 'completed') return body;
    if (performance.now() > deadline) throw new Error(`batch ${id} was not finished in time`);
    await delay(LOOK_MS);
  }
}
