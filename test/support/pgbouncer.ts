import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, findFreePort, startChild } from '@wallet/local/child';
import { findProgram } from '@wallet/local/find-program';
import { urlFor } from '@wallet/local/embedded-postgres';
import { databaseAnswers } from '@wallet/shared/database/pool';

/** The PgBouncer of this machine; null if there is none. `TEST_PGBOUNCER` names another one. */
export function findPgBouncer(): { file: string; version: string; keepsStatements: boolean } | null {
  const file = process.env['TEST_PGBOUNCER'] ?? findProgram(`${process.env['PATH'] ?? ''}:/usr/sbin`, 'pgbouncer');
  if (file === null) return null;
  const [version = '', major = '0', minor = '0'] =
    /PgBouncer (\d+)\.(\d+)/.exec(execFileSync(file, ['--version'], { encoding: 'utf8' })) ?? [];
  return { file, version, keepsStatements: Number(major) > 1 || Number(minor) >= 21 };
}

export interface PgBouncer {
  readonly port: number;
  /** That of the last start. */
  readonly child: Child;
  /** Starts it again after it has ended. */
  restart(): Promise<void>;
  /** The same database, user and password through the pooler. */
  through(url: string): string;
  stop(): Promise<void>;
}

const NOBODY = 65_534;
const READY_MS = 10_000;

/** A pooler in front of the server of `url`, which is that of its superuser, for its users. It drops the parameter `options`. */
export async function startPgBouncer(
  file: string,
  { url, ...settings }: { url: string; pool_mode: string } & Readonly<Record<string, string>>,
): Promise<PgBouncer> {
  const [port, home] = [await findFreePort(), mkdtempSync(join(tmpdir(), 'wallet-pgbouncer-'))];
  chmodSync(home, 0o755);
  const users = [url, urlFor('api', url), urlFor('worker', url), urlFor('auditor', url)].map((each) => new URL(each));
  const passwords = users.map(({ username, password }) => `"${username}" "${decodeURIComponent(password)}"`).join('\n');
  writeFileSync(join(home, 'users.txt'), `${passwords}\n`);
  const own = {
    ...{ listen_addr: '127.0.0.1', listen_port: port, unix_socket_dir: '', auth_type: 'scram-sha-256' },
    ...{ auth_file: join(home, 'users.txt'), ignore_startup_parameters: 'options', ...settings },
  };
  const lines = Object.entries(own).map(([name, value]) => `${name} = ${value}`);
  const { hostname, port: behind } = new URL(url);
  const text = ['[databases]', `* = host=${hostname} port=${behind}`, '[pgbouncer]', ...lines].join('\n');
  writeFileSync(join(home, 'pgbouncer.ini'), `${text}\n`);
  // It refuses to run as root.
  const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const launch = (): Child => startChild([file, join(home, 'pgbouncer.ini')], { stdio: 'ignore', ...asNobody });
  let child = launch();
  const through = (target: string): string => {
    const address = new URL(target);
    address.port = String(port);
    return address.href;
  };
  const answers = async (): Promise<void> => {
    const deadline = Date.now() + READY_MS;
    while (!(await databaseAnswers(through(url)))) {
      if (Date.now() > deadline) throw new Error('the pooler was not ready in time');
      await delay(30);
    }
  };
  await answers();
  return {
    port,
    get child() {
      return child;
    },
    restart() {
      child = launch();
      return answers();
    },
    through,
    stop: async () => {
      // At once: SIGINT waits for clients.
      await child.stop('SIGTERM', READY_MS);
      rmSync(home, { recursive: true, force: true });
    },
  };
}
