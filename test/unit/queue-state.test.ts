import { isDemoted, stateOf } from '@wallet/shared/queue/queue-state';

/** What Redis errors say about the server, for a command and, before version 7.0, for a command in a script. */

const OF_SCRIPT =
  'ERR Error running script (call to f_6b1bf486c81ceb7edf3c093f4a36a5e2c7b3c1a2): @user_script:14: @user_script: 14: ';

it.each([
  ["READONLY You can't write against a read only replica.", 'read_only', true],
  ["READONLY You can't write against a read only replica. script: 6b81, on @user_script:1.", 'read_only', true],
  [`${OF_SCRIPT}-READONLY You can't write against a read only replica.   `, 'read_only', true],
  [`${OF_SCRIPT}-NOREPLICAS Not enough good replicas to write.`, 'read_only', false],
  ["OOM command not allowed when used memory > 'maxmemory'.", 'full', false],
  [`${OF_SCRIPT}-OOM command not allowed when used memory > 'maxmemory'.`, 'full', false],
  ["NOPERM this user has no permissions to run the 'eval' command", 'forbidden', false],
  [`${OF_SCRIPT}The user executing the script can't run this command or subcommand`, 'forbidden', false],
  ['LOADING Redis is loading the dataset in memory', 'down', true],
  [`${OF_SCRIPT}Script attempted to access nonexistent global variable 'x'`, 'down', false],
  ['ERR a job is named READONLY', 'down', false],
  ['connect ECONNREFUSED 127.0.0.1:6379', 'down', false],
] as const)('%s says that Redis is %s; is another server to be looked for: %j', (message, state, demoted) => {
  const error = new Error(message);
  expect({ state: stateOf(error), demoted: isDemoted(error) }).toEqual({ state, demoted });
});
