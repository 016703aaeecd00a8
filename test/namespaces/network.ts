import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** A machine of the test: a network namespace with one cable, to a switch that all of them share. */
export interface Host {
  readonly name: string;
  readonly address: string;
  /** Words before a command that is to run on it. */
  readonly prefix: readonly string[];
  /** Pulls the cable at the switch: nothing arrives or leaves, and no side is notified. */
  cutOff(): void;
  join(): void;
}

const NETWORK = '10.77.0';
const SWITCH = 'switch';
/** The first address is that of the switch, where the clients are. */
const FIRST = 11;

/**
 * Creates hosts on a switch in this process's own network namespace, which has no route outside. Their names are
 * mounted in its own mount namespace, so that everything disappears with the last process in it, whatever ends the
 * test.
 */
export function makeNetwork<Name extends string>(names: readonly Name[]): Readonly<Record<Name, Host>> {
  mkdirSync('/run/netns', { recursive: true });
  run('mount', '-t', 'tmpfs', 'tmpfs', '/run/netns');
  run('ip', 'link', 'set', 'lo', 'up');
  run('ip', 'link', 'add', SWITCH, 'type', 'bridge');
  run('ip', 'address', 'add', `${NETWORK}.1/24`, 'dev', SWITCH);
  run('ip', 'link', 'set', SWITCH, 'up');
  const hosts = names.map((name, index) => [name, makeHost(name, `${NETWORK}.${FIRST + index}`)] as const);
  return Object.fromEntries(hosts) as Record<Name, Host>;
}

function makeHost(name: string, address: string): Host {
  const socket = `to-${name}`;
  run('ip', 'netns', 'add', name);
  run('ip', 'link', 'add', socket, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
  run('ip', '-n', name, 'address', 'add', `${address}/24`, 'dev', 'eth0');
  for (const device of ['lo', 'eth0']) run('ip', '-n', name, 'link', 'set', device, 'up');
  const join = (): void => run('ip', 'link', 'set', socket, 'up', 'master', SWITCH);
  join();
  return {
    ...{ name, address, join },
    prefix: ['ip', 'netns', 'exec', name],
    cutOff: () => run('ip', 'link', 'set', socket, 'nomaster'),
  };
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
