/** Which Redis to use: the contents of `REDIS_URL`, and the settings that have no place in a URL. */
export interface RedisAddress {
  readonly url: string;
  /** PEM texts: the authority that replaces the default ones for checking servers, and our own certificate and key. */
  readonly tls?: {
    readonly ca?: Buffer | undefined;
    readonly cert?: Buffer | undefined;
    readonly key?: Buffer | undefined;
  };
  /** Credentials for the Sentinels. Without them, first no password is tried, then that of the URL. */
  readonly sentinelUser?: { readonly username: string | undefined; readonly password: string };
  /**
   * From an address that Sentinels or nodes of a Cluster announce, `host:port`, to one that can be reached from here.
   */
  readonly natMap?: ReadonlyMap<string, RedisHost>;
}

export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

type RedisKind = 'single' | 'sentinel' | 'cluster';

export interface ParsedRedisUrl {
  readonly kind: RedisKind;
  readonly isTls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Exactly one for a single Redis, otherwise at least one. */
  readonly hosts: readonly RedisHost[];
  /** The Sentinels' name for the set; empty without Sentinels. */
  readonly masterName: string;
  readonly db: number;
  /** 4 or 6 to resolve only addresses of that family. */
  readonly family: number;
}

const SCHEME = /^(rediss?)(-sentinel|-cluster)?:\/\//;
const PARTS = /^([^/?#]*)(\/[^?#]*)?(\?[^#]*)?$/;
const HOST = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/;
const NUMBER = /^\d{1,4}$/;
const PORTS = { single: 6379, cluster: 6379, sentinel: 26_379 } as const satisfies Record<RedisKind, number>;

const NOT_A_URL = 'must be a URL (percent-encode special characters in a password)';
const SCHEMES =
  'must begin with redis://, redis-sentinel:// or redis-cluster://, or with rediss://, rediss-sentinel:// or ' +
  'rediss-cluster:// for TLS';

/** Reads a `REDIS_URL`. A returned string says what is wrong with it, without repeating it. */
export function parseRedisUrl(url: string): ParsedRedisUrl | string {
  const scheme = SCHEME.exec(url);
  if (scheme === null) return SCHEMES;
  const kind: RedisKind = scheme[2] === undefined ? 'single' : scheme[2] === '-sentinel' ? 'sentinel' : 'cluster';
  const parts = PARTS.exec(url.slice(scheme[0].length));
  if (parts === null) return NOT_A_URL;
  const [, authority = '', path = '', query = ''] = parts;
  const at = authority.lastIndexOf('@');
  const user = parseUser(authority.slice(0, Math.max(at, 0)));
  if (typeof user === 'string') return user;
  const hosts = parseHosts(authority.slice(at + 1), kind);
  if (typeof hosts === 'string') return hosts;
  const family = parseFamily(query);
  if (typeof family === 'string') return family;
  const place = parsePath(path.slice(1), kind);
  if (typeof place === 'string') return place;
  return { kind, isTls: scheme[1] === 'rediss', ...user, hosts, ...place, family };
}

function parseUser(text: string): Pick<ParsedRedisUrl, 'username' | 'password'> | string {
  if (text === '') return { username: undefined, password: undefined };
  const colon = text.indexOf(':');
  if (colon === -1) return 'names a user without a password; a password alone is written :password@';
  try {
    const [username, password] = [text.slice(0, colon), text.slice(colon + 1)].map(decodeURIComponent);
    return { username: username === '' ? undefined : username, password: text === ':' ? undefined : password };
  } catch {
    return NOT_A_URL;
  }
}

function parseHosts(text: string, kind: RedisKind): RedisHost[] | string {
  const names = text.split(',');
  if (kind === 'single' && names.length > 1) {
    return 'names several hosts, which only redis-sentinel:// and redis-cluster:// have';
  }
  const hosts = names.map((name) => parseHost(name, PORTS[kind]));
  if (hosts.includes(null)) return 'must name its hosts as host:port, with ports from 1 to 65535';
  return hosts.filter((host) => host !== null);
}

/** Null if it is not a host. */
export function parseHost(text: string, port?: number): RedisHost | null {
  const match = HOST.exec(text);
  const given = match?.[2] === undefined ? port : Number(match[2]);
  if (match?.[1] === undefined || given === undefined || given < 1 || given > 65_535) return null;
  return { host: match[1].replace(/^\[|\]$/g, ''), port: given };
}

function parseFamily(query: string): number | string {
  const match = /^\??(?:family=([046]))?$/.exec(query);
  // Other parameters could replace the time limits that protect against a Redis that hangs.
  return match === null ? 'must have no parameters but family=4, family=6 or family=0' : Number(match[1] ?? 0);
}

function parsePath(path: string, kind: RedisKind): Pick<ParsedRedisUrl, 'masterName' | 'db'> | string {
  switch (kind) {
    case 'single':
      if (path !== '' && !NUMBER.test(path)) return 'must have a database number, or nothing, after the host';
      return { masterName: '', db: Number(path) };
    case 'cluster':
      if (path !== '' && path !== '0') return 'must have nothing after its hosts: a Cluster has one database';
      return { masterName: '', db: 0 };
    case 'sentinel':
      if (!/^[A-Za-z0-9._-]+$/.test(path))
        return 'must end with the name that the Sentinels have for their master: /name';
      return { masterName: path, db: 0 };
  }
}
