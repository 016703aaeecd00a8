import { type Intent, type Recorder, type Wish, toDecimal, toMinorUnits } from '../history.ts';
import { type Answer, type Call, send } from './send.ts';

/** Speaks to the API as a client does, and writes down what it sees. */

/** Sends what an intent wants, under its key. @returns whether it is known to be accepted now. */
export async function ask(
  recorder: Recorder,
  url: string,
  intent: Intent,
  options: { waitSeconds?: number; leaveAfterMs?: number } = {},
): Promise<boolean> {
  const headers = {
    'idempotency-key': intent.key,
    ...(options.waitSeconds === undefined ? {} : { prefer: `wait=${options.waitSeconds}` }),
  };
  const begunAt = performance.now();
  const { leaveAfterMs } = options;
  const leave = leaveAfterMs === undefined ? {} : { leaveAfterMs };
  const answer = await attempt({ method: 'POST', headers, ...requestOf(url, intent), ...leave });
  const endedAt = performance.now();
  recorder.note(intent.key, begunAt, 'reason' in answer ? answer.reason : String(answer.status));
  if ('reason' in answer) return false;
  if (answer.body['code'] === 'overloaded') recorder.refuse({ at: endedAt, detail: String(answer.body['detail']) });
  if (isUnknown(answer)) return false;
  if (answer.status !== 200 && answer.status !== 202) {
    intent.refusal = `${answer.status} ${JSON.stringify(answer.body)}`;
    return true;
  }
  intent.ids.add(String(answer.body['id']));
  intent.acknowledgedAt ??= endedAt;
  if (intent.kind === 'operation') see(recorder, answer, begunAt, endedAt);
  return true;
}

/** Looks an operation up. */
export async function look(recorder: Recorder, url: string, id: string, waitSeconds: number): Promise<void> {
  const begunAt = performance.now();
  const headers: Record<string, string> = waitSeconds > 0 ? { prefer: `wait=${waitSeconds}` } : {};
  const answer = await attempt({ method: 'GET', url: `${url}/operations/${id}`, headers });
  if ('reason' in answer || isUnknown(answer)) return;
  if (answer.status === 200) see(recorder, answer, begunAt, performance.now());
  else recorder.see({ id, begunAt, endedAt: performance.now(), status: String(answer.status), outcome: '' });
}

/** Reads what a wallet holds. */
export async function readWallet(recorder: Recorder, url: string, wallet: string): Promise<void> {
  const begunAt = performance.now();
  const answer = await attempt({ method: 'GET', url: `${url}/wallets/${wallet}` });
  if ('reason' in answer || answer.status !== 200) return;
  const { version, balance } = answer.body as { version: number; balance: string };
  recorder.read({ wallet, version, balance: toMinorUnits(balance), begunAt, endedAt: performance.now() });
}

async function attempt(call: Call): Promise<Answer | { reason: string }> {
  return send(call).catch((error: unknown) => ({ reason: String(error) }));
}

/** Answers that say nothing about what became of the request. 409 is that a batch of the same key is being stored. */
function isUnknown({ status }: Answer): boolean {
  return status >= 500 || status === 429 || status === 409;
}

function requestOf(url: string, { kind, wishes, tells }: Intent): { url: string; body: unknown } {
  const [first] = wishes;
  if (kind === 'batch' || first === undefined) {
    return { url: `${url}/batches?line_events=${tells}`, body: { operations: wishes.map(bodyOf) } };
  }
  return { url: `${url}/operations`, body: bodyOf(first) };
}

function bodyOf({ type, wallet, to, amount }: Wish): Record<string, unknown> {
  const wallets = to === null ? { wallet_id: wallet } : { from_wallet_id: wallet, to_wallet_id: to };
  return { type, ...wallets, amount: toDecimal(amount) };
}

function see(recorder: Recorder, { body }: Answer, begunAt: number, endedAt: number): void {
  const { id, status, result, error, completed_at } = body;
  recorder.see({
    ...{ id: String(id), begunAt, endedAt, status: String(status) },
    outcome: JSON.stringify({ result, error, completed_at }),
  });
}
