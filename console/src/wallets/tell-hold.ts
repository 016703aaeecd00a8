import type { Hold } from '../api/resources.ts';
import { isNegative, isZero, readAmount, showAmount, subtract } from '../format/money.ts';

/** What captures and releases do to a hold, in sentences, from what a form holds so far. */

export interface HoldDialog {
  readonly hold: Hold;
  /** Called when the operation is accepted: it has not been applied yet. */
  readonly onAccepted: () => void;
  readonly onClose: () => void;
}

/** Where a capture goes: `name` is that of the house account, or the id of the wallet. */
export interface Destination {
  readonly kind: 'treasury' | 'account' | 'wallet';
  readonly name: string;
}

type Terms = Pick<Hold, 'remaining' | 'asset'>;

export function tellCapture(
  hold: Terms,
  { amount, destination, isFinal }: { amount: string; destination: Destination; isFinal: boolean },
): string {
  const taken = readTaken(hold, amount);
  if ('problem' in taken) return taken.problem;
  const { moved, left } = taken;
  const sentences = [`${show(moved, hold)} leaves the hold for ${tellDestination(destination)}.`];
  if (!isZero(left) && isFinal) sentences.push(`${show(left, hold)} returns to the wallet, and the hold is closed.`);
  else if (!isZero(left)) sentences.push(`${show(left, hold)} stays held.`);
  else sentences.push('The hold is then closed.');
  return sentences.join(' ');
}

export function tellRelease(hold: Terms, amount: string): string {
  const taken = readTaken(hold, amount);
  if ('problem' in taken) return taken.problem;
  const { moved, left } = taken;
  const rest = isZero(left) ? 'The hold is then closed.' : `${show(left, hold)} stays held.`;
  return `${show(moved, hold)} returns to the wallet and can be spent at once. ${rest} A release cannot be reversed.`;
}

function readTaken(
  hold: Terms,
  amount: string,
): { readonly moved: string; readonly left: string } | { readonly problem: string } {
  const moved = amount === '' ? hold.remaining : readAmount(amount, hold.remaining);
  if (moved === null || isZero(moved)) return { problem: `Write the amount in digits, such as ${hold.remaining}.` };
  const left = subtract(hold.remaining, moved);
  if (isNegative(left)) return { problem: `It would fail: only ${show(hold.remaining, hold)} remains in the hold.` };
  return { moved, left };
}

function tellDestination({ kind, name }: Destination): string {
  if (kind === 'treasury') return 'the treasury';
  if (kind === 'account') return name === '' ? 'a house account' : `the house account ${name}`;
  return name === '' ? 'another wallet' : `the wallet …${name.slice(-12)}`;
}

function show(amount: string, { asset }: Terms): string {
  return `${showAmount(amount)} ${asset}`;
}
