import { longestConnectMs, targetOf } from '@wallet/shared/database/connect';
import { databaseOf, parseHosts, withDatabase } from '@wallet/shared/database/hosts';

/** The hosts of a connection URL, as libpq reads them. */

const urlsOf = (url: string): string[] => parseHosts(url).hosts.map((host) => host.url);

it.each([
  ['postgres://u:p%40w@a:5432,b:5433/w', ['postgres://u:p%40w@a:5432/w', 'postgres://u:p%40w@b:5433/w']],
  ['postgres://u@a,b/w?sslmode=require', ['postgres://u@a/w?sslmode=require', 'postgres://u@b/w?sslmode=require']],
  ['postgresql://u@[::1]:1,[::2]/w', ['postgresql://u@[::1]:1/w', 'postgresql://u@[::2]/w']],
  ['postgres:///w?host=a,b&port=1,2', ['postgres://a:1/w', 'postgres://b:2/w']],
  ['postgres:///w?host=a,b&port=1', ['postgres://a:1/w', 'postgres://b:1/w']],
  [
    'postgres://u@/w?host=/run/a,/run/b',
    ['postgres://u@localhost/w?host=%2Frun%2Fa', 'postgres://u@localhost/w?host=%2Frun%2Fb'],
  ],
  ['postgres://u:p@/w?host=/run&port=1', ['postgres://u:p@localhost/w?host=%2Frun&port=1']],
])('%s has a URL for each host that the driver reads', (url, expected) => {
  expect(urlsOf(url)).toEqual(expected);
});

it.each([
  'postgres://u:p@db:5432/w?sslmode=verify-full',
  'postgres:///w?host=/run',
  'postgres://u@%2Frun/w',
  'postgres://db',
])('%s, which names one, stays unchanged', (url) => {
  expect(urlsOf(url)).toEqual([url]);
});

it('parameters for the choice of a host are read, and left out of the URLs', () => {
  const url =
    'postgres://a,b/w?target_session_attrs=prefer-standby&connect_timeout=3&load_balance_hosts=random&sslmode=disable';
  expect(parseHosts(url)).toEqual({
    hosts: [
      { name: 'a:5432', url: 'postgres://a/w?sslmode=disable' },
      { name: 'b:5432', url: 'postgres://b/w?sslmode=disable' },
    ],
    ...{ wants: 'prefer-standby', connectMs: 3_000, isRandom: true },
  });
});

it.each([
  ['mysql://a/w', 'must be a postgres:// URL'],
  ['postgres://a:x,b/w', 'must be a URL'],
  ['postgres://a,b/w?target_session_attrs=master', 'must have one of any, read-write,'],
  ['postgres://a/w?connect_timeout=0', 'must have whole seconds from 1 to 600 as connect_timeout'],
  ['postgres://a/w?load_balance_hosts=yes', 'must have disable or random as load_balance_hosts'],
  ['postgres:///w?host=a,b,c&port=1,2', 'must have one port, or as many as hosts'],
])('%s is refused: %s', (url, message) => {
  expect(() => parseHosts(url)).toThrow(message);
});

it.each([
  ['postgres://a/w', 5_000],
  ['postgres://a/w?connect_timeout=9', 9_000],
  ['postgres://a,b/w', 2 * (2_000 + 5_000)],
  ['postgres://a,b/w?target_session_attrs=prefer-standby&connect_timeout=1', 4 * (1_000 + 5_000)],
])('a pool that connects to %s waits until each host has been tried: %d ms', (url, ms) => {
  expect(longestConnectMs(targetOf(url, { settings: {}, writes: true, connectMs: 5_000 }))).toBe(ms);
});

it('a space in a parameter is encoded as libpq reads it', () => {
  expect(urlsOf('postgres://a,b/w?sslrootcert=/my%20ca.pem')[1]).toBe('postgres://b/w?sslrootcert=%2Fmy%20ca.pem');
});

it.each([
  ['postgres://u:p%40w@db:5432/w?sslmode=verify-full', 'w', 'postgres://u:p%40w@db:5432/postgres?sslmode=verify-full'],
  ['postgres://u@a:1,b:2/w%20x?connect_timeout=3', 'w x', 'postgres://u@a:1,b:2/postgres?connect_timeout=3'],
  ['postgresql:///w?host=/run/a,/run/b', 'w', 'postgresql:///postgres?host=/run/a,/run/b'],
  ['postgres://db', '', 'postgres://db/postgres'],
])('%s names the database %j, and another one on the same servers is %s', (url, name, other) => {
  expect(databaseOf(url)).toBe(name);
  expect(withDatabase(url, 'postgres')).toBe(other);
});
