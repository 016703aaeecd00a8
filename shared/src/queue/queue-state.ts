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
  // Of a command that a script calls: it has no code of its own.
  [/^(ERR )?(The user executing the script can't|ACL failure in script)/, 'forbidden'],
];

const DEMOTED = /^(READONLY|MASTERDOWN|UNBLOCKED|LOADING)\b/;

/** What an error says about Redis. */
export function stateOf(error: unknown): QueueState {
  const refusal = refusalOf(error);
  return STATES.find(([pattern]) => pattern.test(refusal))?.[1] ?? 'down';
}

/** Whether an error says that the server was a master and is none, or is not one yet. */
export function isDemoted(error: unknown): boolean {
  return DEMOTED.test(refusalOf(error));
}

/**
 * Before version 7.0 the code of a command that a script calls stands behind where it was called:
 * `ERR Error running script (call to f_…): @user_script:1: @user_script: 1: -READONLY …`.
 */
const OF_SCRIPT = /^ERR Error running script \(call to \S+\): (@user_script: ?\d+: )*-?/;

/** What Redis says, beginning with its code. */
function refusalOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(OF_SCRIPT, '');
}
