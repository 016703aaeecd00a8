import { type Socket, createSocket } from 'node:dgram';
import { isPublicAddress, refuseAddress, resolvePublicName } from '@wallet/shared/events/webhook-address';

const PUBLIC = ['93.184.216.34', '8.8.8.8', '2606:2800:220:1:248:1893:25c8:1946', '2a00:1450:4001:82b::200e'];

/** One address from each range outside the public internet, and the edges of ranges with an odd mask. */
const NOT_PUBLIC = [
  ['0.0.0.0', '0.255.255.255', '10.0.0.1', '127.0.0.1', '127.255.255.254'],
  ['100.64.0.1', '100.100.100.200', '100.127.255.255', '169.254.169.254', '172.16.0.1', '172.31.255.255'],
  ['192.0.0.192', '192.0.2.1', '192.88.99.1', '192.168.1.1', '198.18.0.1', '198.19.255.255', '198.51.100.1'],
  ['203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', '168.63.129.16'],
  ['::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:0:127.0.0.1'],
  ['64:ff9b::7f00:1', '64:ff9b:1::7f00:1', '2002:7f00:1::', '2001:0:7f00:1::', '2001:db8::1', '3fff::1'],
  ['fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%lo', 'fec0::1', 'ff02::1', '100::1', '4000::1', '5f00::1'],
  ['2606:2800:220:1:248:1893:25c8:1946%eth0', '', 'example.com', '127.1', '0x7f000001', '2130706433'],
].flat();

describe('isPublicAddress', () => {
  it.each(PUBLIC)('%s is', (ip) => {
    expect(isPublicAddress(ip)).toBe(true);
  });

  it.each(NOT_PUBLIC)('%s is not', (ip) => {
    expect(isPublicAddress(ip)).toBe(false);
  });
});

/** Every resolver returns a public host for these names. */
function refuse(url: string, addresses: readonly string[] = ['93.184.216.34']): Promise<string | null> {
  return refuseAddress(url, { allowPrivate: false, resolve: () => Promise.resolve(addresses) });
}

describe('refuseAddress', () => {
  it.each([
    'https://example.com',
    'https://example.com:8443/hooks?key=1',
    'https://user.example.com/@me',
    'https://example.com./',
    'https://8.8.8.8/',
    'https://[2606:2800:220:1:248:1893:25c8:1946]/',
    'https://bücher.example/',
    'https://notlocalhost.example/',
    'https://internal.example.com/',
    `https://example.com/${'a'.repeat(2_048 - 'https://example.com/'.length)}`,
  ])('accepts %s', async (url) => {
    expect(await refuse(url)).toBeNull();
  });

  it.each([
    ['', 'not a URL'],
    ['example.com', 'not a URL'],
    ['https://', 'not a URL'],
    ['https://exa mple.com', 'not a URL'],
    ['https://exam\nple.com', 'not a URL'],
    ['https://example.com/\u0000', 'not a URL'],
    ['https:\\\\example.com', 'not a URL'],
    ['https://example.com/\ud800', 'not a URL'],
    ['https://example.com:65536/', 'not a URL'],
    ['https://1.2.3.256/', 'not a URL'],
    ['http://example.com', 'https://'],
    ['ftp://example.com', 'https://'],
    ['javascript:alert(1)', 'https://'],
    ['file:///etc/passwd', 'https://'],
    ['https://user@example.com/', 'user name or password'],
    ['https://:secret@example.com/', 'user name or password'],
    ['https://example.com/#part', 'fragment'],
    ['https://example.com/#', 'fragment'],
    ['https://example.com:0/', 'port 0'],
    [`https://example.com/${'a'.repeat(2_048)}`, '2048 characters'],
    [`https://example.com/${'é'.repeat(1_000)}`, '2048 characters'],
  ])('refuses %j: %s', async (url, reason) => {
    expect(await refuse(url)).toContain(reason);
  });

  it.each([
    '2130706433',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '0x7f000001',
    '127.1',
    '127.0.0.1.',
    '①②⑦.0.0.1',
    '0',
    '169.254.169.254',
    '[::ffff:169.254.169.254]',
    '[::1]',
    '[0:0:0:0:0:ffff:7f00:1]',
    'localhost',
    'LOCALHOST.',
    'app.localhost',
    'printer.local',
    'metadata.google.internal',
    'metadata.google.internal.',
    'redis',
    '.',
  ])('refuses the host %s', async (host) => {
    expect(await refuse(`https://${host}/`)).toMatch(/private or reserved|public host/);
  });

  it.each(NOT_PUBLIC.filter((ip) => !ip.includes('%') && /^[\d.]+$|:/.test(ip)))('refuses %s in a URL', async (ip) => {
    expect(await refuse(`https://${ip.includes(':') ? `[${ip}]` : ip}/`)).toContain('private or reserved');
  });

  it('refuses a name if any of its addresses is internal', async () => {
    expect(await refuse('https://example.com/', ['93.184.216.34', '10.0.0.1'])).toContain('private or reserved');
    expect(await refuse('https://example.com/', ['::1'])).toContain('private or reserved');
  });

  it('allows a name that does not resolve at the moment', async () => {
    const resolve = () => Promise.reject(new Error('queryA ENOTFOUND'));
    expect(await refuseAddress('https://example.com/', { allowPrivate: false, resolve })).toBeNull();
  });

  it('resolves no name of a URL that it refuses anyway', async () => {
    const resolve = jest.fn(() => Promise.resolve(['93.184.216.34']));
    for (const url of ['http://example.com/', 'https://127.0.0.1/', 'https://a.localhost/', 'https://example.com/#a']) {
      expect(await refuseAddress(url, { allowPrivate: false, resolve })).not.toBeNull();
    }
    expect(resolve).not.toHaveBeenCalled();
  });
});

describe('refuseAddress where private addresses are allowed', () => {
  const refusePublicly = (url: string) =>
    refuseAddress(url, { allowPrivate: true, resolve: () => Promise.reject(new Error('nobody should ask')) });

  it.each([
    'http://localhost:3000/hooks',
    'http://127.0.0.1/',
    'https://[::1]/',
    'http://receiver/',
    'https://10.0.0.1/',
  ])('accepts %s', async (url) => {
    expect(await refusePublicly(url)).toBeNull();
  });

  it.each(['nothing', 'ftp://localhost/', 'http://a:b@localhost/', 'http://localhost/#a', 'http://localhost:0/'])(
    'still refuses %s',
    async (url) => {
      expect(await refusePublicly(url)).not.toBeNull();
    },
  );
});

describe('resolvePublicName', () => {
  let server: Socket;
  /** Whose queries nobody reads. */
  let silentServer: Socket;
  let answers: Record<number, Buffer[]>;

  /** A name server that knows one name, by the types of its records, and is silent about the types it does not know. */
  beforeEach(async () => {
    server = createSocket('udp4', (query, client) => {
      const endOfName = query.indexOf(0, 12);
      const records = answers[query.readUInt16BE(endOfName + 1)];
      if (records) server.send(answerTo(query.subarray(0, endOfName + 5), records), client.port, client.address);
    });
    silentServer = createSocket('udp4');
    for (const each of [server, silentServer]) {
      await new Promise<void>((resolve) => each.bind(0, '127.0.0.1', resolve));
    }
  });

  afterEach(async () => {
    for (const each of [server, silentServer]) await new Promise<void>((resolve) => each.close(resolve));
  });

  function answerTo(question: Buffer, records: Buffer[]): Buffer {
    const header = Buffer.concat([
      question.subarray(0, 2),
      Buffer.from([0x81, 0x80, 0, 1, 0, records.length, 0, 0, 0, 0]),
    ]);
    const type = question.readUInt16BE(question.length - 4);
    const sections = records.map((data) =>
      Buffer.concat([Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length]), data]),
    );
    return Buffer.concat([header, question.subarray(12), ...sections]);
  }

  const resolve = (withinMs = 2_000) =>
    resolvePublicName('hooks.example.com', { servers: [`127.0.0.1:${server.address().port}`], withinMs });
  const A = 1;
  const AAAA = 28;
  const V4 = Buffer.from([93, 184, 216, 34]);
  const V6 = Buffer.from('26062800022000010248189325c81946', 'hex');

  it('finds the addresses of both families', async () => {
    answers = { [A]: [V4, Buffer.from([10, 0, 0, 1])], [AAAA]: [V6] };
    expect(await resolve()).toEqual(['93.184.216.34', '10.0.0.1', '2606:2800:220:1:248:1893:25c8:1946']);
  });

  it('needs only one of them', async () => {
    answers = { [A]: [], [AAAA]: [V6] };
    expect(await resolve()).toEqual(['2606:2800:220:1:248:1893:25c8:1946']);
    answers = { [A]: [V4] };
    expect(await resolve(500)).toEqual(['93.184.216.34']);
  });

  it('rejects when there is no address', async () => {
    answers = { [A]: [], [AAAA]: [] };
    await expect(resolve()).rejects.toMatchObject({ code: 'ENODATA' });
  });

  it('takes no longer than its limit, however many servers there are', async () => {
    answers = {};
    const servers = [server, silentServer].map((each) => `127.0.0.1:${each.address().port}`);
    await expect(resolvePublicName('hooks.example.com', { servers, withinMs: 250 })).rejects.toMatchObject({
      code: 'ECANCELLED',
    });
  });
});
