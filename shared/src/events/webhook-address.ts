import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { parseUrl } from '../words/parse-url.ts';

/** Resolves a host name to all of its addresses. Rejects if there are none, or if no server answers in time. */
export type ResolveName = (hostname: string) => Promise<readonly string[]>;

const MAX_URL_LENGTH = 2_048;
const RESOLVE_MS = 2_000;

/** Everything assigned as global unicast (RFC 4291, section 2.4): nothing else can be a public receiver. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
/** Azure's platform answers its virtual machines at this public address, so it is internal wherever it matters. */
const AZURE_PLATFORM = '168.63.129.16';

const INNER_DOMAINS = ['localhost', 'local', 'internal'];

/**
 * Why webhooks must not be sent to `url`, as a sentence for the caller; null if they may be.
 *
 * The host is read as a client reads it (the WHATWG URL standard), so that `0x7f.1` is 127.0.0.1 here too. A name is
 * resolved, within two seconds, and refused if any of its addresses is internal. A name that does not resolve at the
 * moment is accepted: every connection checks the addresses again anyway, since a name may change them at any time.
 *
 * With `allowPrivate`, for development, plain http and every host are accepted, and nothing is resolved.
 */
export async function refuseAddress(
  url: string,
  { allowPrivate, resolve = resolvePublicName }: { allowPrivate: boolean; resolve?: ResolveName },
): Promise<string | null> {
  const parsed = readUrl(url);
  if (typeof parsed === 'string') return parsed;
  if (parsed.protocol === 'http:' && !allowPrivate) return 'The URL must begin with https://.';
  if (allowPrivate) return null;

  const host = hostOf(parsed);
  if (isIP(host) !== 0) return isPublicAddress(host) ? null : 'The URL must not lead to a private or reserved address.';
  if (isInnerName(host)) return 'The URL must name a public host.';
  const addresses = await resolve(host).catch(() => []);
  if (!addresses.every(isPublicAddress)) return 'The host of the URL must not have a private or reserved address.';
  return null;
}

/** The URL, or what is wrong with its form. */
function readUrl(url: string): URL | string {
  if (url.length > MAX_URL_LENGTH) return `The URL must not be longer than ${MAX_URL_LENGTH} characters.`;
  // Parsing drops some of these silently; then the stored URL would differ from the called one.
  if (/[\s\p{Cc}\\]/u.test(url) || !url.isWellFormed()) return 'This is not a URL.';
  const parsed = parseUrl(url);
  if (parsed === null) return 'This is not a URL.';
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') return 'The URL must begin with https://.';
  if (parsed.href.length > MAX_URL_LENGTH) return `The URL must not be longer than ${MAX_URL_LENGTH} characters.`;
  if (parsed.username !== '' || parsed.password !== '') return 'The URL must not contain a user name or password.';
  if (url.includes('#')) return 'The URL must not have a fragment.';
  if (parsed.port === '0') return 'The URL must not have port 0.';
  return parsed;
}

/** The host of a URL in the form used for connecting: an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** No top-level domain is a host, so a name without a dot belongs to some internal network. */
function isInnerName(host: string): boolean {
  const name = host.replace(/\.$/, '');
  return !name.includes('.') || INNER_DOMAINS.some((domain) => name.endsWith(`.${domain}`));
}

/**
 * Whether `ip` is the address of one host on the public internet. False for everything else: private, shared
 * (carrier-grade NAT), link-local, loopback, multicast, documentation and other reserved ranges (the special-purpose
 * registries of IANA), for IPv6 addresses that carry an IPv4 one (mapped, NAT64, 6to4, Teredo), for addresses with a
 * zone, and for text that is not an address.
 */
export function isPublicAddress(ip: string): boolean {
  if (isIP(ip) === 0 || ip.includes('%')) return false;
  const address = ipaddr.parse(ip);
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv6' ? address.match(GLOBAL_UNICAST) : ip !== AZURE_PLATFORM;
}

/**
 * Queries the DNS for all addresses of a name, within two seconds. Unlike `dns.lookup`, it uses none of the process's
 * few worker threads, which a name with silent servers would block for half a minute, and it ignores the hosts file,
 * which contains only internal hosts. @throws the resolver's error if there is no address.
 */
export async function resolvePublicName(
  hostname: string,
  { servers, withinMs = RESOLVE_MS }: { servers?: readonly string[]; withinMs?: number } = {},
): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: Math.ceil(withinMs / 2), tries: 2 });
  if (servers) resolver.setServers(servers);
  const timer = setTimeout(() => {
    resolver.cancel();
  }, withinMs);
  try {
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    if (v4.status === 'rejected' && v6.status === 'rejected') throw v4.reason;
    return [v4, v6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  } finally {
    clearTimeout(timer);
  }
}
