/**
 * Whether Redis takes rings, and if not, why: it can only be read (a replica, a demoted master, one that lacks replicas or
 * cannot save), its memory is full, it does not have the queue's slot of a Cluster, it forbids a command or does not know it, or
 * nothing is known but that it does not answer.
 */
export type QueueState = 'up' | 'read_only' | 'full' | 'slotless' | 'forbidden' | 'down';

const STATES: readonly (readonly [RegExp, QueueState])[] = [
  [/^(READONLY|MASTERDOWN|NOREPLICAS|MISCONF|UNBLOCKED)\b/, 'read_only'],
  [/^OOM\b/, 'full'],
  [/^(CLUSTERDOWN|MOVED|ASK|CROSSSLOT)\b/, 'slotless'],
  [/^(NOPERM|NOAUTH|WRONGPASS)\b|^ERR unknown command/, 'forbidden'],
];

/** What an error says about Redis. */
export function stateOf(error: unknown): QueueState {
  const message = error instanceof Error ? error.message : String(error);
  return STATES.find(([pattern]) => pattern.test(message))?.[1] ?? 'down';
}
