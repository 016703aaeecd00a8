/**
 * Whether Redis accepts rings, and if not, why: it is read-only (a replica, a demoted master, one that lacks replicas
 * or cannot save), its memory is full, it does not have the queue's slot of a Cluster, it forbids or does not know a
 * command, or it does not answer and nothing else is known.
 */
export type QueueState = 'up' | 'read_only' | 'full' | 'slotless' | 'forbidden' | 'down';

const STATES: readonly (readonly [RegExp, QueueState])[] = [
  [/^(READONLY|MASTERDOWN|NOREPLICAS|MISCONF|UNBLOCKED)\b/, 'read_only'],
  [/^OOM\b/, 'full'],
  [/^(CLUSTERDOWN|MOVED|ASK|CROSSSLOT)\b/, 'slotless'],
  [/^(NOPERM|NOAUTH|WRONGPASS)\b|^ERR unknown command/, 'forbidden'],
  // For commands inside a script, which have no code of their own.
  [/^(ERR )?(The user executing the script can't|ACL failure in script)/, 'forbidden'],
];

const DEMOTED = /^(READONLY|MASTERDOWN|UNBLOCKED|LOADING)\b/;

/** What an error says about Redis. */
export function stateOf(error: unknown): QueueState {
  const refusal = refusalOf(error);
  return STATES.find(([pattern]) => pattern.test(refusal))?.[1] ?? 'down';
}

/** Whether an error says that the server is no longer a master, or not one yet. */
export function isDemoted(error: unknown): boolean {
  return DEMOTED.test(refusalOf(error));
}

/**
 * Before version 7.0 the code of a command inside a script comes after the place of the call: `ERR Error running script
 * (call to f_…): @user_script:1: @user_script: 1: -READONLY …`.
 */
const OF_SCRIPT = /^ERR Error running script \(call to \S+\): (@user_script: ?\d+: )*-?/;

/** Redis' message, beginning with its code. */
function refusalOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(OF_SCRIPT, '');
}
