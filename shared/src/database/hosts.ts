import { parseUrl } from '../words/parse-url.ts';

/**
 * The servers of a connection URL. It may name several, as in libpq: `postgres://user@a:5432,b:5432/wallet`, or
 * `postgres:///wallet?host=a,b`. The driver supports one host per URL, so each host gets a URL of its own.
 */
export interface DatabaseHosts {
  /** In the order of the URL; at least one. */
  readonly hosts: readonly DatabaseHost[];
  /** `target_session_attrs`; null if the URL does not set it. */
  readonly wants: SessionAttrs | null;
  /** `connect_timeout`: how long each host may take; null if the URL does not set it. */
  readonly connectMs: number | null;
  /** `load_balance_hosts=random`: whether each connection starts at a random host. */
  readonly isRandom: boolean;
}

export interface DatabaseHost {
  /** `db:5432`, or the folder of a socket. */
  readonly name: string;
  readonly url: string;
}

/** Which servers may be used, as `target_session_attrs` of libpq. */
export const SESSION_ATTRS = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;
export type SessionAttrs = (typeof SESSION_ATTRS)[number];

/** Parameters that the driver must not get. */
const OURS = ['target_session_attrs', 'connect_timeout', 'load_balance_hosts'];
const MOST_HOSTS = 16;
const MOST_CONNECT_S = 600;

/** The parts of a URL: scheme, user and password, hosts, and the rest. */
const URL_PARTS = /^(postgres(?:ql)?:\/\/)([^/?#]*@)?([^/?#]*)(.*)$/s;

/** @throws Error with a message that continues after the name of a setting, such as `must be a URL`. */
export function parseHosts(url: string): DatabaseHosts {
  const [, scheme = '', user = '', authority = '', rest = ''] = URL_PARTS.exec(url) ?? [];
  if (scheme === '') throw new Error('must be a postgres:// URL');
  const question = rest.indexOf('?');
  const path = question === -1 ? rest : rest.slice(0, question);
  const params = new URLSearchParams(question === -1 ? '' : rest.slice(question));
  const said = readOurs(params);
  const addresses = addressesOf(authority, params);
  // The libpq form for a socket, `postgres://user:password@/wallet?host=/run/postgresql`, is not a URL for the driver.
  const isPlain = addresses.length === 1 && !OURS.some((name) => params.has(name)) && parseUrl(url) !== null;
  for (const name of [...OURS, ...(isPlain ? [] : ['host', 'port'])]) params.delete(name);
  const hosts = addresses.map(({ host, port }) => {
    const name = host.startsWith('/') ? host : `${host === '' ? 'localhost' : host}:${port === '' ? '5432' : port}`;
    return { name, url: isPlain ? url : urlOf(`${scheme}${user}`, { host, port }, path, params) };
  });
  if (!hosts.every((host) => parseUrl(host.url) !== null))
    throw new Error('must be a URL (percent-encode special characters in a password)');
  return { hosts, ...said };
}

/** Whether another server may have what this one lacks. */
export function namesSeveralHosts(url: string): boolean {
  return parseHosts(url).hosts.length > 1;
}

/** The database that a URL names; empty if it names none. */
export function databaseOf(url: string): string {
  return decodeURIComponent(new URL(parseHosts(url).hosts[0]?.url ?? url).pathname.slice(1));
}

/** The same servers, user and parameters, with another database. */
export function withDatabase(url: string, name: string): string {
  const [, scheme = '', user = '', authority = '', rest = ''] = URL_PARTS.exec(url) ?? [];
  return `${scheme}${user}${authority}/${encodeURIComponent(name)}${/\?.*$/s.exec(rest)?.[0] ?? ''}`;
}

function readOurs(params: URLSearchParams): Omit<DatabaseHosts, 'hosts'> {
  const attrs = params.get('target_session_attrs');
  const wants = SESSION_ATTRS.find((each) => each === attrs) ?? null;
  if (attrs !== null && wants === null)
    throw new Error(`must have one of ${SESSION_ATTRS.join(', ')} as target_session_attrs`);
  const timeout = params.get('connect_timeout');
  // Zero means unlimited in libpq. Here every wait has a limit.
  if (timeout !== null && !(/^[1-9]\d{0,2}$/.test(timeout) && Number(timeout) <= MOST_CONNECT_S))
    throw new Error(`must have whole seconds from 1 to ${MOST_CONNECT_S} as connect_timeout`);
  const balance = params.get('load_balance_hosts') ?? 'disable';
  if (balance !== 'disable' && balance !== 'random')
    throw new Error('must have disable or random as load_balance_hosts');
  return { wants, connectMs: timeout === null ? null : Number(timeout) * 1_000, isRandom: balance === 'random' };
}

interface Address {
  readonly host: string;
  readonly port: string;
}

/** `host` and `port` parameters override those in the authority, as in the driver. */
function addressesOf(authority: string, params: URLSearchParams): Address[] {
  const inFront = authority.split(',').map((each) => {
    const [, host = each, port = ''] = /^(.*?)(?::(\d*))?$/s.exec(each.replace(/^(\[[^\]]*\])$/, '$1:')) ?? [];
    return { host: decodeURIComponent(host), port };
  });
  const named = params.get('host')?.split(',') ?? null;
  const ports = params.get('port')?.split(',') ?? null;
  const hosts = named ?? inFront.map(({ host }) => host);
  const addresses = hosts.map((host, index) => ({
    host,
    port: ports === null ? (inFront[index]?.port ?? '') : ((ports.length === 1 ? ports[0] : ports[index]) ?? ''),
  }));
  if (ports !== null && ports.length !== 1 && ports.length !== hosts.length)
    throw new Error('must have one port, or as many as hosts');
  if (addresses.length > MOST_HOSTS) throw new Error(`must name at most ${MOST_HOSTS} hosts`);
  return addresses;
}

function urlOf(front: string, { host, port }: Address, path: string, params: URLSearchParams): string {
  const all = new URLSearchParams(params);
  const isSocket = host.startsWith('/');
  if (isSocket) all.set('host', host);
  if (isSocket && port !== '') all.set('port', port);
  // In the query of a URL, libpq reads a plus sign literally.
  const query = all.toString().replaceAll('+', '%20');
  // Without a host, PGHOST is used. The driver cannot read a user without a host.
  const shown = isSocket || (host === '' && (port !== '' || front.endsWith('@'))) ? 'localhost' : host;
  const at = `${shown}${isSocket || port === '' ? '' : `:${port}`}`;
  return `${front}${at}${path}${query === '' ? '' : `?${query}`}`;
}
