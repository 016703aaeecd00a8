import { randomBytes } from 'node:crypto';
import { Socket } from 'node:net';
import { createWebhookRig, send } from '../support/webhook-rig.ts';

/** Whatever a receiver does, an attempt ends in time, costs little and never throws. The receivers are real ones. */

const rig = createWebhookRig();

afterEach(async () => {
  jest.restoreAllMocks();
  await rig.stop();
});

describe('a request', () => {
  it('is a POST of the given bytes, and accepts no compression', async () => {
    let seen: unknown;
    const body = '{"description":"déjà vu ✓"}';
    const { url } = await rig.receive((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen = {
          method: request.method,
          path: request.url,
          headers: request.headers,
          body: Buffer.concat(chunks).toString(),
        };
        response.end('thanks');
      });
    });
    const headers = { 'content-type': 'application/json', 'webhook-id': 'msg_1', 'accept-encoding': 'gzip' };
    expect(await rig.makeSender().send({ url: `${url}?key=1`, headers, body })).toEqual({
      status: 200,
      error: null,
      retryAfterMs: null,
      responseExcerpt: 'thanks',
      durationMs: expect.any(Number),
    });
    expect(seen).toMatchObject({
      method: 'POST',
      path: '/hooks?key=1',
      headers: { ...headers, 'accept-encoding': 'identity', 'content-length': `${Buffer.byteLength(body)}` },
      body,
    });
  });

  it('reuses a connection, even after an error status', async () => {
    const receiver = await rig.receive((_, response) => response.writeHead(500).end('x'.repeat(10_000)));
    const sender = rig.makeSender();
    for (let i = 0; i < 20; i += 1)
      expect(await send(receiver.url, sender)).toMatchObject({ status: 500, error: null });
    expect(receiver.connections.size).toBe(1);
  });

  it('leaves nothing behind on a connection, and no timer', async () => {
    const connect = jest.spyOn(Socket.prototype, 'connect');
    const { url } = await rig.receive((_, response) => response.end('thanks'));
    const sender = rig.makeSender();
    const countWhatIsLeft = () => {
      const socket = connect.mock.contexts[0] as Socket;
      const listeners = socket.eventNames().flatMap((name) => socket.listeners(name)).length;
      return { listeners, timers: process.getActiveResourcesInfo().filter((what) => what === 'Timeout').length };
    };
    await send(url, sender);
    const afterOne = countWhatIsLeft();
    for (let i = 0; i < 5; i += 1) await send(url, sender);
    expect(connect).toHaveBeenCalledTimes(1);
    expect(countWhatIsLeft()).toEqual(afterOne);
  });

  it('is repeated once if the connection had been closed while idle', async () => {
    let requests = 0;
    const receiver = await rig.receiveBare((socket, count) => {
      requests += 1;
      if (count > 1) socket.resetAndDestroy();
      else socket.write('HTTP/1.1 204 No Content\r\n\r\n');
    });
    const sender = rig.makeSender();
    expect(await send(receiver.url, sender)).toMatchObject({ status: 204 });
    expect(await send(receiver.url, sender)).toMatchObject({ status: 204, error: null });
    expect(requests).toBe(3);
    expect(receiver.connections.size).toBe(2);
  });

  it('is repeated once on a new connection, however many had been closed while idle', async () => {
    const waiting: Socket[] = [];
    let together = 3;
    const receiver = await rig.receiveBare((socket, count) => {
      if (count > 1) socket.resetAndDestroy();
      else if (waiting.push(socket) === together) {
        for (const each of waiting.splice(0)) each.write('HTTP/1.1 204 No Content\r\n\r\n');
      }
    });
    const sender = rig.makeSender();
    await Promise.all(Array.from({ length: together }, () => send(receiver.url, sender)));
    together = 1;
    expect(await send(receiver.url, sender)).toMatchObject({ status: 204, error: null });
    expect(receiver.connections.size).toBe(4);
  });

  it('is sent any number of times at once, over a limited number of connections', async () => {
    const receiver = await rig.receive((_, response) => response.end());
    const sender = rig.makeSender();
    const attempts = await Promise.all(Array.from({ length: 100 }, () => send(receiver.url, sender)));
    expect(attempts.every(({ status }) => status === 200)).toBe(true);
    expect(receiver.connections.size).toBeLessThanOrEqual(16);
  });

  it.each([
    ['a URL that is none', { url: 'nothing' }],
    ['another scheme', { url: 'ftp://127.0.0.1/' }],
    ['a header that cannot be sent', { headers: { 'x-note': 'a\r\nb: c' } }],
    ['a header name that cannot be sent', { headers: { 'a b': 'c' } }],
  ])('with %s is an error', async (_, more) => {
    expect(await rig.makeSender().send({ url: 'http://127.0.0.1:1/', headers: {}, body: '{}', ...more })).toMatchObject(
      {
        status: null,
        error: 'invalid_request',
      },
    );
  });
});

describe('an answer', () => {
  it.each([201, 204, 400, 404, 410, 500, 599])('of %i is that status', async (status) => {
    const { url } = await rig.receive((_, response) => response.writeHead(status).end());
    expect(await send(url, rig.makeSender())).toMatchObject({ status, error: null, responseExcerpt: '' });
  });

  it.each([301, 302, 303, 307, 308])('of %i leads nowhere', async (status) => {
    const inner = await rig.receive((_, response) => response.end('secret'));
    const { url } = await rig.receive((_, response) => response.writeHead(status, { location: inner.url }).end());
    expect(await send(url, rig.makeSender())).toMatchObject({ status, error: null, responseExcerpt: '' });
    expect(inner.connections.size).toBe(0);
  });

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['86401', 86_400_000],
    ['999999999999999', 86_400_000],
    ['Fri, 31 Dec 2100 23:59:59 GMT', 86_400_000],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['Sun Nov  6 08:49:37 1994', 0],
    ['-5', null],
    ['1.5', null],
    ['2025-01-01', null],
    ['Sun, 99 Nov 1994 08:49:37 GMT', null],
    ['soon', null],
    ['', null],
    ['1'.repeat(400), null],
  ])('of 429 with Retry-After %j asks for a pause of %p ms', async (text, retryAfterMs) => {
    const { url } = await rig.receive((_, response) => response.writeHead(429, { 'retry-after': text }).end());
    expect(await send(url, rig.makeSender())).toMatchObject({ status: 429, error: null, retryAfterMs });
  });

  it.each([
    [
      'as all write it now',
      (day: string, date: string, month: string, year: string, time: string) =>
        `${day}, ${date} ${month} ${year} ${time} GMT`,
    ],
    [
      'as C writes it, without its zone',
      (day: string, date: string, month: string, year: string, time: string) =>
        `${day} ${month} ${date} ${time} ${year}`,
    ],
  ])('counts a date from now, %s', async (_, write) => {
    const [day = '', date = '', month = '', year = '', time = ''] = new Date(Date.now() + 60_000)
      .toUTCString()
      .split(/,? /);
    const at = write(day, date, month, year, time);
    const { url } = await rig.receive((_, response) => response.writeHead(503, { 'retry-after': at }).end());
    const { retryAfterMs } = await send(url, rig.makeSender());
    expect(retryAfterMs).toBeGreaterThan(50_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it('of 200 asks for no pause', async () => {
    const { url } = await rig.receive((_, response) => response.writeHead(200, { 'retry-after': '60' }).end());
    expect(await send(url, rig.makeSender())).toMatchObject({ status: 200, retryAfterMs: null });
  });

  it.each([
    ['NUL is left out', Buffer.from('a\u0000b'), 'ab'],
    ['what is not UTF-8 is replaced', Buffer.from([0x61, 0xff, 0x62]), 'a\ufffdb'],
    ['all but 1,024 bytes is left out', Buffer.alloc(5_000, 'x'), 'x'.repeat(1_024)],
    ['half a character is left out', Buffer.from(`${'x'.repeat(1_023)}€`), 'x'.repeat(1_023)],
  ])('is kept as text: %s', async (_, body, responseExcerpt) => {
    const { url } = await rig.receive((_, response) => response.end(body));
    expect(await send(url, rig.makeSender())).toMatchObject({ status: 200, error: null, responseExcerpt });
  });

  it('comes after interim answers, requested or not', async () => {
    const { url } = await rig.receiveBare((socket) => {
      for (const interim of ['100 Continue', '102 Processing', '103 Early Hints']) {
        socket.write(`HTTP/1.1 ${interim}\r\nRetry-After: 9\r\n\r\n`);
      }
      socket.write('HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbusy');
    });
    const sender = rig.makeSender();
    for (let i = 0; i < 2; i += 1) {
      expect(await send(url, sender)).toMatchObject({ status: 503, retryAfterMs: 7_000, responseExcerpt: 'busy' });
    }
  });

  it('is read when it arrives in pieces', async () => {
    const { url } = await rig.receiveBare((socket) => {
      const pieces = ['HTTP/1.1 200 OK\r\nConte', 'nt-Length: 4\r\n\r\n\xe2', '\x82', '\xac', '!'];
      const next = () => {
        const piece = pieces.shift();
        if (piece !== undefined) socket.write(Buffer.from(piece, 'latin1'), () => setImmediate(next));
      };
      next();
    });
    expect(await send(url, rig.makeSender())).toMatchObject({ status: 200, error: null, responseExcerpt: '€!' });
  });

  it('of random bytes as a body is text that Postgres can store', async () => {
    const { url } = await rig.receive((_, response) => response.end(randomBytes(2_000)));
    const { responseExcerpt } = await send(url, rig.makeSender());
    expect(responseExcerpt).not.toContain('\u0000');
    expect(responseExcerpt?.isWellFormed()).toBe(true);
  });
});
