import { setTimeout as delay } from 'node:timers/promises';
import { newId } from '@wallet/shared/words/ids';
import { bearer, makeKey, untilGood } from '../support/keys.ts';
import { type RawAnswer, type RawConnection, openRaw } from '../support/raw-connection.ts';
import { type Service, startService } from '../support/service.ts';

/**
 * A request that is answered before its body has been read: the client gets the complete answer, and learns from it
 * whether the connection can be used again, which is then true.
 */

let open: Service;
let keyed: Service;
let overloaded: Service;
let limited: string;
let trickling: Promise<'cut off'>;
let reader: string;
beforeAll(async () => {
  [open, keyed, overloaded] = await Promise.all([
    startService({ worker: false }),
    startService({ worker: false }),
    startService({ worker: false, admission: { waitingRequests: 0 } }),
  ]);
  reader = (await makeKey(keyed.database, { scopes: ['operations:read'] })).token;
  limited = (await makeKey(keyed.database, { rateLimit: 1 })).token;
  await untilGood(keyed.url, reader);
  // The server cuts it off after ten seconds, in which the other tests run.
  trickling = trickle();
  trickling.catch(() => undefined);
});
afterAll(async () => {
  await Promise.all([open, keyed, overloaded].map((service) => service.stop()));
  await trickling.catch(() => undefined);
});
jest.setTimeout(120_000);

const opened: RawConnection[] = [];
function connect(service: Service): RawConnection {
  const connection = openRaw(service.url);
  opened.push(connection);
  return connection;
}
afterEach(() => {
  for (const connection of opened.splice(0)) connection.close();
});

interface Kind {
  readonly status: number;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly type?: string;
  /** The beginning of the body; the rest is filler. */
  readonly begins?: string;
  /** The smallest body that is answered so. */
  readonly least?: number;
}

const CSV = { method: 'POST', path: '/batches', type: 'text/csv' };
const JSON_POST = { method: 'POST', path: '/operations', type: 'application/json' };

const OPEN_KINDS: Record<string, Kind> = {
  'a batch whose header is wrong': { ...CSV, status: 422, begins: 'kind,wallet_id,amount\n' },
  'a batch that is not UTF-8': { ...CSV, status: 400, begins: 'type,\xff\n' },
  'a batch of another type': { ...CSV, status: 415, type: 'application/xml' },
  'a batch that is compressed': { ...CSV, status: 415, headers: { 'Content-Encoding': 'gzip' } },
  'a body that is too large': { ...JSON_POST, status: 413, least: 70_000 },
  'a body of another type': { ...JSON_POST, status: 415, type: 'text/plain' },
  'a route that is not there': { ...JSON_POST, status: 404, path: '/nowhere' },
  'a method that is not there': { ...JSON_POST, status: 405, path: `/operations/${newId()}` },
  'a route that reads no body': { ...JSON_POST, status: 404, path: `/batches/${newId()}/cancel` },
  'a GET with a body': { method: 'GET', path: '/livez', status: 200 },
  'a HEAD with a body': { method: 'HEAD', path: '/livez', status: 200 },
  'a GET that is refused': { method: 'GET', path: '/operations?limit=0', status: 400 },
  'a request that names two hosts': { ...JSON_POST, status: 400, headers: { host: 'other' } },
};
const KEYED_KINDS: Record<string, () => Kind> = {
  'a request without a key': () => ({ ...JSON_POST, status: 401 }),
  'a batch without a key': () => ({ ...CSV, status: 401 }),
  'a batch that the key may not send': () => ({ ...CSV, status: 403, headers: bearer(reader) }),
};
const OVERLOADED_KINDS: Record<string, Kind> = {
  'an operation under overload': { ...JSON_POST, status: 503 },
  'a batch under overload': { ...CSV, status: 503 },
};

const ALL: [string, () => { service: Service; kind: Kind }][] = [
  ...Object.entries(OPEN_KINDS).map(([name, kind]) => [name, () => ({ service: open, kind })] as const),
  ...Object.entries(KEYED_KINDS).map(([name, kind]) => [name, () => ({ service: keyed, kind: kind() })] as const),
  ...Object.entries(OVERLOADED_KINDS).map(([name, kind]) => [name, () => ({ service: overloaded, kind })] as const),
].map(([name, make]) => [name, make]);

const FRAMINGS = ['content-length', 'chunked'] as const;
type Framing = (typeof FRAMINGS)[number];

/** What is sent in front of a body of `size` bytes. */
function headOf(kind: Kind, framing: Framing, size: number, extra: Record<string, string> = {}): string {
  const headers = {
    ...(kind.type ? { 'Content-Type': kind.type } : {}),
    ...(framing === 'chunked' ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': String(size) }),
    ...kind.headers,
    ...extra,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${kind.method} ${kind.path} HTTP/1.1\r\nHost: x\r\n${lines.join('')}\r\n`;
}

function bodyOf(kind: Kind, framing: Framing, size: number): Buffer {
  const body = Buffer.alloc(size, 'x\n');
  body.write(kind.begins ?? '', 'latin1');
  if (framing === 'content-length') return body;
  return Buffer.concat([Buffer.from(`${size.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]);
}

const SMALL = 1_000;
const LARGE = 300_000;
/** More than is read of an unwanted body. */
const BEYOND = 40_000_000;

/** The connection can be used again, or the server ends it, as the answer said. */
async function expectKept(connection: RawConnection, answer: RawAnswer): Promise<void> {
  if (answer.closes) {
    expect(await connection.ended).toBe('ended');
    return;
  }
  await connection.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
  expect(await connection.answer()).toMatchObject({ status: 200, body: '{"status":"ok"}' });
}

describe.each(ALL)('%s', (_name, make) => {
  it.each(FRAMINGS)('with %s, is answered to a client that reads while it writes', async (framing) => {
    const { service, kind } = make();
    const sizes = [SMALL, LARGE, BEYOND].filter((size) => size >= (kind.least ?? 0));
    await Promise.all(
      sizes.map(async (size) => {
        const connection = connect(service);
        const written = connection
          .write(headOf(kind, framing, size))
          .then(() => connection.write(bodyOf(kind, framing, size)));
        // If a body is too large, the server may end the connection before the rest could be written.
        written.catch(() => undefined);
        const answer = await connection.answer(kind.method);
        expect({ size, status: answer.status }).toEqual({ size, status: kind.status });
        // It knows better than to send all of a body that is too much, once it has been told.
        if (size === BEYOND && answer.closes) connection.socket.end();
        else await written;
        await expectKept(connection, answer);
      }),
    );
  });

  it.each(FRAMINGS)('with %s, is answered to a client that writes everything before it reads', async (framing) => {
    const { service, kind } = make();
    for (const size of [SMALL, LARGE, 4_000_000].filter((each) => each >= (kind.least ?? 0))) {
      const connection = connect(service);
      connection.deaf(true);
      await connection.write(headOf(kind, framing, size));
      await connection.write(bodyOf(kind, framing, size));
      // Whatever the server did to the connection has arrived.
      await delay(50);
      connection.deaf(false);
      const answer = await connection.answer(kind.method);
      expect({ size, status: answer.status }).toEqual({ size, status: kind.status });
      await expectKept(connection, answer);
    }
  });
});

it('a client that never finishes is answered, and its connection ended', async () => {
  const connections: RawConnection[] = [];
  for (const [name, make] of ALL) {
    const { service, kind } = make();
    const cases = FRAMINGS.flatMap((framing) => [SMALL, LARGE].map((size) => ({ framing, size })));
    await Promise.all(
      cases.map(async ({ framing, size }) => {
        if (size < (kind.least ?? 0)) return;
        const connection = connect(service);
        connections.push(connection);
        await connection.write(headOf(kind, framing, size));
        await connection.write(bodyOf(kind, framing, size).subarray(0, Math.max(100, kind.least ?? 0)));
        expect({ name, status: (await connection.answer(kind.method)).status }).toEqual({ name, status: kind.status });
      }),
    );
  }
  expect(new Set(await Promise.all(connections.map(({ ended }) => ended)))).toEqual(new Set(['ended']));
}, 60_000);

it('a key over its rate gets that answer, whatever it was sending', async () => {
  const kind = { ...CSV, status: 429, headers: bearer(limited) };
  await untilGood(keyed.url, limited).catch(() => undefined);
  const statuses = await Promise.all(
    [SMALL, LARGE, LARGE, LARGE].map(async (size) => {
      const connection = connect(keyed);
      await connection.write(headOf(kind, 'content-length', size));
      await connection.write(bodyOf(kind, 'content-length', size));
      const answer = await connection.answer();
      await expectKept(connection, answer);
      return answer.status;
    }),
  );
  expect(statuses).toContain(429);
});

it('a client that keeps sending after the end of its connection is cut off', async () => {
  await expect(trickling).resolves.toBe('cut off');
}, 40_000);

/** @returns when the server has broken the connection of a client that keeps sending. */
async function trickle(): Promise<'cut off'> {
  const connection = openRaw(open.url);
  const closed = new Promise((resolve) => connection.socket.once('close', resolve));
  await connection.write(headOf(OPEN_KINDS['a route that is not there']!, 'content-length', 1_000_000_000));
  const timer = setInterval(() => connection.socket.write('x'), 100);
  try {
    expect(await connection.answer()).toMatchObject({ status: 404, closes: true });
    expect(await connection.ended).toBe('ended');
    await closed;
    return 'cut off';
  } finally {
    clearInterval(timer);
    connection.close();
  }
}

it('a request sent after one whose answer ends the connection is not processed', async () => {
  const connection = connect(open);
  const body = bodyOf(CSV as never, 'chunked', SMALL).toString();
  const client = JSON.stringify({ name: 'Behind', login: 'behind' });
  const second = `POST /clients HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${client.length}\r\n\r\n${client}`;
  const first = headOf({ ...JSON_POST, status: 400, headers: { host: 'other' } }, 'chunked', SMALL);
  await connection.write(first + body + second);
  expect(await connection.answer()).toMatchObject({ status: 400, closes: true });
  expect(await connection.ended).toBe('ended');
  await delay(100);
  const { rows } = await open.database.query("SELECT FROM clients WHERE login = 'behind'");
  expect(rows).toHaveLength(0);
});

it('a client that expects 100 Continue gets it when its body is read, and not when it is refused', async () => {
  const ask = async (kind: Kind): Promise<string> => {
    const connection = connect(open);
    let text = '';
    connection.socket.on('data', (chunk: string) => {
      text += chunk;
      if (chunk.includes('100 Continue')) connection.socket.write(bodyOf(kind, 'content-length', SMALL));
    });
    await connection.write(headOf(kind, 'content-length', SMALL, { Expect: '100-continue' }));
    await connection.answer(kind.method);
    return text;
  };
  expect(await ask({ ...JSON_POST, status: 404, path: '/nowhere' })).toMatch(/^HTTP\/1\.1 404[^]*Connection: close/);
  expect(await ask({ ...CSV, status: 415, type: 'text/plain' })).toMatch(/^HTTP\/1\.1 415[^]*Connection: close/);
  expect(await ask({ ...CSV, status: 422 })).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 422/);
  expect(await ask({ ...JSON_POST, status: 400 })).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 400/);
});

it('bytes that cannot be a request are answered, even to a client that writes everything before it reads', async () => {
  const connection = connect(open);
  connection.deaf(true);
  await connection.write(`POST /operations HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
  await connection.write(Buffer.alloc(LARGE, 'x'));
  await delay(50);
  await connection.write(Buffer.alloc(LARGE, 'x'));
  connection.deaf(false);
  expect(await connection.answer()).toMatchObject({ status: 431, closes: true });
  expect(await connection.ended).toBe('ended');
});
