import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import pg from 'pg';
import { CHECK_MS, UnfitServer, checkSession } from './check-session.ts';
import { explainDatabaseFailure, placeOf } from './explain-failure.ts';
import { type DatabaseHost, type DatabaseHosts, type SessionAttrs, parseHosts } from './hosts.ts';
import { nameConnection, withoutName } from './program.ts';
import { UNLIMITED, sessionSettings, startOptions } from './session.ts';
import { READ_ONLY, UNUSABLE, sqlstateOf } from './sqlstate.ts';

/** Where connections go, and what each session must be able to do. */
export interface ConnectTarget {
  readonly url: string;
  readonly hosts: DatabaseHosts;
  readonly settings: Readonly<Record<string, string>>;
  /** Whether sessions must be able to write. */
  readonly writes: boolean;
  /** How long each host may take. */
  readonly hostMs: number;
}

/** How long each of several hosts may take: a host that is gone never answers, and the next one waits behind it. */
const EACH_HOST_MS = 2_000;

export function targetOf(
  url: string,
  { settings, writes, connectMs }: { settings: Readonly<Record<string, string>>; writes: boolean; connectMs: number },
): ConnectTarget {
  const hosts = parseHosts(withoutName(url));
  const hostMs = hosts.connectMs ?? (hosts.hosts.length === 1 ? connectMs : Math.min(connectMs, EACH_HOST_MS));
  return { url, hosts, settings, writes, hostMs };
}

/**
 * The most a connection attempt may take: a host may accept the connection and then not answer, and only then the next
 * one is tried. A single host gets the same time for both steps, because a pool's callers wait as long for a connection
 * that is in use.
 */
export function longestConnectMs({ hosts, hostMs }: ConnectTarget): number {
  const tries = hosts.hosts.length * passesOf(hosts.wants).length;
  return tries === 1 ? hostMs : tries * (hostMs + CHECK_MS);
}

type Connected = (error: Error | null, client?: pg.Client) => void;

/**
 * A client class, for a pool or a single connection, that connects to the first host with a suitable session:
 * `checkSession` decides in one round trip. The host of the last success is tried first, so a host that is gone costs
 * its time once.
 */
export function createClientClass(target: ConnectTarget): new (config?: pg.ClientConfig) => pg.Client {
  let preferred = 0;

  return class HostsClient extends pg.Client {
    readonly #config: pg.ClientConfig;

    constructor(config: pg.ClientConfig = {}) {
      const own: pg.ClientConfig = { ...config, connectionTimeoutMillis: target.hostMs };
      const options = startOptions(target.settings);
      if (options !== '') own.options = options;
      super({ ...own, connectionString: target.hosts.hosts[preferred]?.url });
      this.#config = own;
      // A pool adds its listener only after connecting; until then an unhandled error would end the process.
      this.on('error', () => undefined);
    }

    override connect(): Promise<this>;
    override connect(connected: Connected): void;
    override connect(connected?: Connected): Promise<this> | void {
      const connecting = this.#connectToOne();
      if (connected === undefined) return connecting;
      connecting.then(
        () => {
          connected(null, this);
        },
        (error: unknown) => {
          connected(error instanceof Error ? error : new Error(String(error)));
        },
      );
    }

    async #connectToOne(): Promise<this> {
      const order = orderOf(target.hosts, preferred);
      const failures: unknown[] = [];
      for (const wants of passesOf(target.hosts.wants)) {
        for (const [index, host] of order) {
          if (failures.length > 0 || index !== preferred) aim(this, { ...this.#config, connectionString: host.url });
          try {
            await super.connect();
            await checkSession(this, placeOf(host.url), { ...target, wants });
            preferred = index;
            return this;
          } catch (error) {
            failures.push(error);
            leave(this);
          }
        }
      }
      throw order.length === 1 ? failures.at(-1) : noneOf(target, failures.slice(-order.length), order);
    }
  };
}

/** A standby is only preferred: the second round accepts any server. */
function passesOf(wants: SessionAttrs | null): readonly SessionAttrs[] {
  return wants === 'prefer-standby' ? ['standby', 'any'] : [wants ?? 'any'];
}

function orderOf({ hosts, isRandom }: DatabaseHosts, preferred: number): [number, DatabaseHost][] {
  const first = isRandom ? Math.floor(Math.random() * hosts.length) : preferred;
  const indexed = hosts.map((host, index): [number, DatabaseHost] => [index, host]);
  return [...indexed.slice(first), ...indexed.slice(0, first)];
}

/**
 * Resets a client so that it can connect to another host: the driver's own connects only once. Everything a client has,
 * except its listeners, was set by its constructor.
 */
function aim(client: pg.Client, config: pg.ClientConfig): void {
  const fresh = Object.entries(new pg.Client(config)).filter(([name]) => !OF_LISTENERS.has(name));
  Object.assign(client, Object.fromEntries(fresh));
}

/** Where an emitter keeps its listeners. */
const OF_LISTENERS = new Set(Object.keys(new EventEmitter()));

/** Closes the client's connection or connection attempt without the client noticing. */
function leave(client: pg.Client): void {
  const { connection } = client as unknown as { connection: EventEmitter & { stream: Socket } };
  connection.removeAllListeners();
  connection.on('error', () => undefined);
  const { stream } = connection;
  if (stream.connecting || !stream.writable) stream.destroy();
  else stream.end(GOODBYE, () => stream.destroy());
}

/** The Terminate message. */
const GOODBYE = Buffer.from([0x58, 0, 0, 0, 4]);

function noneOf(
  target: ConnectTarget,
  failures: readonly unknown[],
  order: readonly [number, DatabaseHost][],
): UnfitServer {
  const sentences = failures.map((failure, index) => {
    const place = placeOf(order[index]?.[1].url ?? target.url);
    return (
      explainDatabaseFailure(failure, place) ??
      `${place}: ${failure instanceof Error ? failure.message : String(failure)}`
    );
  });
  const isReadOnly = failures.some((failure) => sqlstateOf(failure) === READ_ONLY);
  return new UnfitServer(
    `${placeOf(target.url)}: none of its hosts can be used. ${sentences.join(' ')}`,
    isReadOnly ? READ_ONLY : UNUSABLE,
    { cause: new AggregateError(failures) },
  );
}

interface Once {
  readonly connectMs: number;
  readonly writes?: boolean;
  /** The most time a statement may take; unlimited if left out. */
  readonly statementMs?: number;
}

/** One connection with our session settings, for one-off work. Losing it only fails the statement in progress. */
export function connectOnce(url: string, once: Once): Promise<pg.Client> {
  return connectWith(url, sessionSettings(UNLIMITED), once);
}

/** One without our settings, so its session is as the server or a pooler starts it. */
export function connectBare(url: string, once: Once): Promise<pg.Client> {
  return connectWith(url, {}, once);
}

async function connectWith(
  url: string,
  settings: Readonly<Record<string, string>>,
  { connectMs, writes = false, statementMs = 0 }: Once,
): Promise<pg.Client> {
  const client = new (createClientClass(targetOf(url, { settings, writes, connectMs })))({
    application_name: nameConnection('wallet-command'),
    query_timeout: statementMs,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
