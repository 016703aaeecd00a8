import { type Cancel, type Intent, type Recorder, type Wish, toDecimal, toMinorUnits } from '../history.ts';
import type { Move } from '../../support/model.ts';
import { type Answer, type Call, send } from './send.ts';
import { ASSET, HOUSES } from './wishes.ts';

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
  if (isPast(answer)) {
    intent.isTooLate = true;
    return true;
  }
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

/** Asks to cancel a scheduled operation. */
export async function cancel(recorder: Recorder, url: string, id: string): Promise<void> {
  const begunAt = performance.now();
  const answer = await attempt({ method: 'POST', url: `${url}/operations/${id}/cancel` });
  recorder.cancel({ id, begunAt, end: endOfCancel(answer) });
  if ('reason' in answer || answer.status !== 200) return;
  see(recorder, answer, begunAt, performance.now());
}

function endOfCancel(answer: Answer | { reason: string }): Cancel['end'] {
  if ('reason' in answer) return 'unknown';
  if (answer.status === 200) return 'cancelled';
  if (answer.status === 409 && answer.body['code'] === 'operation_not_scheduled') return 'not_scheduled';
  return isUnknown(answer) ? 'unknown' : 'refused';
}

/** Reads what a wallet holds. */
export async function readWallet(recorder: Recorder, url: string, wallet: string): Promise<void> {
  const begunAt = performance.now();
  const answer = await attempt({ method: 'GET', url: `${url}/wallets/${wallet}` });
  if ('reason' in answer || answer.status !== 200) return;
  const { version, balance, held } = answer.body as { version: number; balance: string; held: string };
  const amounts = { balance: toMinorUnits(balance), held: toMinorUnits(held) };
  recorder.read({ wallet, version, ...amounts, begunAt, endedAt: performance.now() });
}

/** Reads the newest line of a wallet's history: how the last movement left it. */
export async function readHistory(recorder: Recorder, url: string, wallet: string): Promise<void> {
  const begunAt = performance.now();
  const answer = await attempt({ method: 'GET', url: `${url}/wallets/${wallet}/transactions?limit=1` });
  if ('reason' in answer || answer.status !== 200) return;
  const [line] = answer.body['data'] as { version: number; balance_after: string }[];
  const newest = { version: line?.version ?? 0, balance: toMinorUnits(line?.balance_after ?? '0.00') };
  recorder.read({ wallet, ...newest, held: null, begunAt, endedAt: performance.now() });
}

async function attempt(call: Call): Promise<Answer | { reason: string }> {
  return send(call).catch((error: unknown) => ({ reason: String(error) }));
}

/** Answers that say nothing about what became of the request. 409 is that a batch of the same key is being stored. */
function isUnknown({ status }: Answer): boolean {
  return status >= 500 || status === 429 || status === 409;
}

/** Whether the moment of what was to be scheduled had passed, by the clock of the API. */
function isPast({ status, body }: Answer): boolean {
  const [error] = (body['errors'] ?? []) as { path?: string }[];
  return status === 400 && error?.path === 'execute_at';
}

function requestOf(url: string, { kind, wishes, tells }: Intent): { url: string; body: unknown } {
  const [first] = wishes;
  if (kind === 'batch' || first === undefined) {
    return { url: `${url}/batches?line_events=${tells}`, body: { operations: wishes.map(bodyOf) } };
  }
  return Math.random() < 0.5 ? { url: `${url}/operations`, body: bodyOf(first) } : atOwnDoor(url, first);
}

const NAMED_BY_PATH = ['type', 'wallet_id', 'hold_id', 'operation_id'];

/** Every kind can be asked for at `/operations`, and those with terms at a door of their own as well: the key is the same. */
function atOwnDoor(url: string, wish: Wish): { url: string; body: unknown } {
  const { type, wallet, target } = wish;
  const named = Object.entries(bodyOf(wish)).filter(([name]) => !NAMED_BY_PATH.includes(name));
  const body = Object.fromEntries(named);
  if (type === 'hold') return { url: `${url}/wallets/${wallet}/holds`, body };
  if (type === 'capture' || type === 'release') return { url: `${url}/holds/${target}/${type}`, body };
  if (type === 'reversal') return { url: `${url}/operations/${target}/reversal`, body };
  if (type === 'posting') return { url: `${url}/postings`, body };
  return { url: `${url}/operations`, body: bodyOf(wish) };
}

function bodyOf(wish: Wish): Record<string, unknown> {
  const { executeAt } = wish;
  return { ...fieldsOf(wish), ...(executeAt === undefined ? {} : { execute_at: executeAt.toISOString() }) };
}

function fieldsOf({ type, wallet, to, amount, target, house, final, expiresIn, legs }: Wish): Record<string, unknown> {
  const open = amount === null ? {} : { amount: toDecimal(amount) };
  switch (type) {
    case 'transfer':
      return { type, from_wallet_id: wallet, to_wallet_id: to, ...open };
    case 'hold':
      return { type, wallet_id: wallet, ...open, ...(expiresIn === undefined ? {} : { expires_in: expiresIn }) };
    case 'capture': {
      const receiver = {
        ...(to === null ? {} : { to_wallet_id: to }),
        ...(house === undefined ? {} : { to_account: house }),
      };
      return { type, hold_id: target, ...open, ...receiver, ...(final ? {} : { final: false }) };
    }
    case 'release':
      return { type, hold_id: target, ...open };
    case 'reversal':
      return { type, operation_id: target, ...open };
    case 'posting':
      return { type, legs: (legs ?? []).map(presentLeg) };
    case 'deposit':
    case 'withdraw':
    case 'resupply':
    case 'top_up':
    case 'bonus':
    case 'spend':
      return { type, wallet_id: wallet, ...open };
  }
}

function presentLeg({ from, to, amount }: Move): Record<string, unknown> {
  const end = (name: string) => (HOUSES.includes(name) ? { account: name } : { wallet_id: name });
  return { from: end(from), to: end(to), amount: toDecimal(amount), asset: ASSET };
}

function see(recorder: Recorder, { body }: Answer, begunAt: number, endedAt: number): void {
  const { id, status, amount, result, error, completed_at } = body;
  recorder.see({
    ...{ id: String(id), begunAt, endedAt, status: String(status) },
    outcome: JSON.stringify({ amount, result, error, completed_at }),
  });
}
