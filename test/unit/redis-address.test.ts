import { parseRedisUrl } from '@wallet/shared/queue/redis-address';

it.each([
  ['redis://redis', { kind: 'single', isTls: false, hosts: [{ host: 'redis', port: 6379 }], db: 0, family: 0 }],
  [
    'redis://:p%40ss@[::1]:6380/3?family=6',
    { password: 'p@ss', hosts: [{ host: '::1', port: 6380 }], db: 3, family: 6 },
  ],
  ['rediss://wallet:a@b@redis/', { isTls: true, username: 'wallet', password: 'a@b', hosts: [{ host: 'redis' }] }],
  [
    'redis-sentinel://a,b:26380,10.0.0.3/wallet-master',
    {
      ...{ kind: 'sentinel', username: undefined, password: undefined, masterName: 'wallet-master' },
      hosts: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 26_380 },
        { host: '10.0.0.3', port: 26_379 },
      ],
    },
  ],
  ['rediss-sentinel://:secret@a/m', { kind: 'sentinel', isTls: true, username: undefined, password: 'secret' }],
  [
    'rediss-cluster://wallet:secret@a:1,b',
    {
      ...{ kind: 'cluster', isTls: true, username: 'wallet', password: 'secret' },
      hosts: [
        { host: 'a', port: 1 },
        { host: 'b', port: 6379 },
      ],
    },
  ],
])('%s is read', (url, expected) => {
  const parsed = parseRedisUrl(url);
  expect(parsed).toMatchObject(expected);
});

it.each([
  ['valkey://redis', /must begin with redis:\/\//],
  ['redis://secret@redis', /names a user without a password/],
  ['redis://user:secret%@redis', /percent-encode/],
  ['redis://user:sec/ret@redis', /percent-encode|must name its hosts|database number/],
  ['redis://user:sec#ret@redis', /percent-encode/],
  ['redis://', /must name its hosts as host:port/],
  ['redis://a:0', /ports from 1 to 65535/],
  ['redis://a,b', /names several hosts/],
  ['redis://a/wallet', /database number/],
  ['redis://a/0?commandTimeout=5', /no parameters but family/],
  ['redis-sentinel://a,b', /must end with the name that the Sentinels have/],
  ['redis-sentinel://a,,b/m', /must name its hosts/],
  ['redis-cluster://a,b/1', /a Cluster has one database/],
])('%s is refused in a sentence that does not repeat it', (url, says) => {
  const parsed = parseRedisUrl(url);
  expect(parsed).toMatch(says);
  expect(parsed).not.toMatch(/secret|sec\/ret/);
});
