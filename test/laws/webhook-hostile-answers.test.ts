import { gzipSync } from 'node:zlib';
import { createWebhookRig, flood, send, trickle, untilClosed } from '../support/webhook-rig.ts';

/** Whatever a receiver answers, it costs little, ends in time, and is never more than an error. The receivers are real ones. */
const TIMEOUT_MS = 500;

const rig = createWebhookRig();

afterEach(() => rig.stop());

describe('a hostile answer', () => {
  it('of 2 GB is abandoned after 64 KB, and counts', async () => {
    const { url, connections } = await rig.receiveBare((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${2 ** 31}\r\n\r\n`);
      flood(socket, 'x'.repeat(65_536));
    });
    expect(await send(url, rig.makeSender())).toMatchObject({
      status: 200,
      error: null,
      responseExcerpt: 'x'.repeat(1_024),
    });
    for (const socket of connections) {
      await untilClosed(socket);
      // Nearly all of this is in the buffers of the kernel.
      expect(socket.bytesWritten).toBeLessThan(20_000_000);
    }
  });

  it('with the longest possible header still has a beginning', async () => {
    const { url } = await rig.receiveBare((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nX-Long: ${'h'.repeat(15_000)}`, () => {
        setImmediate(() => socket.write(`\r\n\r\n${'x'.repeat(100_000)}`));
      });
    });
    expect(await send(url, rig.makeSender())).toMatchObject({
      status: 200,
      error: null,
      responseExcerpt: 'x'.repeat(1_024),
    });
  });

  it('that is compressed is not decompressed', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const { url } = await rig.receive((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    const attempt = await send(url, rig.makeSender());
    expect(attempt).toMatchObject({ status: 200, error: null });
    expect(attempt.responseExcerpt?.length).toBeLessThanOrEqual(1_024);
  });

  it.each([
    ['its body', 'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n', 'x', 200],
    ['its chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\nx\r\n', 200],
    ['its headers', 'HTTP/1.1 200 OK\r\n', 'X-A: b\r\n', null],
    ['its status', '', 'H', null],
    ['interim answers', '', 'HTTP/1.1 102 Processing\r\n\r\n', null],
  ])('that trickles %s is abandoned at the deadline', async (what, beginning, piece, status) => {
    const { url } = await rig.receiveBare((socket) => {
      socket.write(beginning);
      if (what === 'its status') socket.write(piece);
      else trickle(socket, piece);
    });
    const attempt = await send(url, rig.makeSender({ timeoutMs: TIMEOUT_MS }));
    expect(attempt).toMatchObject({ status, error: 'timeout' });
    expect(attempt.durationMs).toBeGreaterThanOrEqual(TIMEOUT_MS - 5);
    expect(attempt.durationMs).toBeLessThan(TIMEOUT_MS + 2_000);
  });

  it.each([
    ['a header without end', 'HTTP/1.1 200 OK\r\nX-Long: ', 'x'.repeat(10_000)],
    ['headers without end', 'HTTP/1.1 200 OK\r\n', 'X-A: b\r\n'.repeat(1_000)],
    ['interim answers without end', '', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(100)],
    ['empty lines without end', '', '\r\n'.repeat(1_000)],
    ['a broken status line', 'HTTP/1.1 hello\r\n\r\n', ''],
    ['another protocol', '220 mail.example.com ESMTP\r\n', ''],
    ['a header that is none', 'HTTP/1.1 200 OK\r\nno colon here\r\n\r\n', ''],
    ['a NUL in a header', 'HTTP/1.1 200 OK\r\nX-A: \u0000\r\n\r\n', ''],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', ''],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', ''],
    ['a switch of protocols', 'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: tls\r\n\r\n', ''],
  ])('that is %s is invalid', async (_, beginning, more) => {
    const { url } = await rig.receiveBare((socket) => {
      socket.write(beginning);
      if (more !== '') flood(socket, more);
    });
    expect(await send(url, rig.makeSender())).toMatchObject({
      status: null,
      error: 'invalid_response',
      responseExcerpt: null,
    });
  });

  it('with broken chunks is an error beside its status', async () => {
    const { url } = await rig.receiveBare((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nZ\r\n');
    });
    expect(await send(url, rig.makeSender())).toMatchObject({ status: 200, error: 'invalid_response' });
  });

  it('with chunks that carry nothing but extensions is abandoned, and counts', async () => {
    const { url } = await rig.receiveBare((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      flood(socket, `1;${'e'.repeat(4_000)}\r\nx\r\n`);
    });
    expect(await send(url, rig.makeSender())).toMatchObject({ status: 200, error: null });
  });

  it('that continues after its end does no harm', async () => {
    const { url } = await rig.receiveBare((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n');
    });
    const sender = rig.makeSender();
    for (let i = 0; i < 3; i += 1) expect(await send(url, sender)).toMatchObject({ status: 200, error: null });
  });
});
