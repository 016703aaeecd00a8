import { type AddressInfo, type Socket, createServer as createTcpServer } from 'node:net';
import { createWebhookRig, send, untilClosed } from '../support/webhook-rig.ts';

/**
 * Whatever happens to a connection to a receiver, an attempt ends in time and never throws. The receivers are real
 * ones.
 */
const TIMEOUT_MS = 200;

const rig = createWebhookRig();
afterEach(() => rig.stop());

describe('a connection', () => {
  it('that is reset before the answer is an error, and the request is not repeated', async () => {
    const receiver = await rig.receiveBare((socket) => socket.resetAndDestroy());
    expect(await send(receiver.url, rig.makeSender())).toMatchObject({ status: null, error: 'connection_reset' });
    expect(receiver.connections.size).toBe(1);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['reset', (socket) => socket.resetAndDestroy()],
    ['closed', (socket) => socket.end()],
  ])('that is %s in the middle of the answer is an error beside the status', async (_, end) => {
    const { url } = await rig.receiveBare((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', () => end(socket));
    });
    expect(await send(url, rig.makeSender())).toMatchObject({ error: 'connection_reset' });
  });

  it('that is not accepted is an error', async () => {
    const server = createTcpServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const sender = rig.makeSender();
    const attempts = Array.from({ length: 40 }, () => send(`http://127.0.0.1:${port}/`, sender));
    for (const attempt of await Promise.all(attempts)) {
      expect(attempt).toMatchObject({ status: null, error: 'connection_refused' });
    }
  });

  it('without an answer is abandoned at the deadline, also by the requests that wait for it', async () => {
    const { url } = await rig.receiveBare(() => undefined);
    const sender = rig.makeSender({ timeoutMs: TIMEOUT_MS });
    const attempts = await Promise.all(Array.from({ length: 40 }, () => send(url, sender)));
    for (const attempt of attempts) {
      expect(attempt).toMatchObject({ status: null, error: 'timeout' });
      expect(attempt.durationMs).toBeLessThan(TIMEOUT_MS + 2_000);
    }
  });

  it.each<[string, () => Promise<string[]>, string]>([
    ['does not resolve', () => Promise.reject(new Error('queryA ENOTFOUND')), 'dns_failed'],
    ['has no address', () => Promise.resolve([]), 'dns_failed'],
    ['nobody knows in time', () => new Promise(() => undefined), 'timeout'],
  ])('to a name that %s is an error', async (_, resolve, error) => {
    const sender = rig.makeSender({ resolve, timeoutMs: TIMEOUT_MS });
    expect(await send('http://hooks.example.com/', sender)).toMatchObject({ status: null, error });
  });

  it('that is idle is closed before its receiver would', async () => {
    const { url, connections } = await rig.receiveBare((socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
    const begun = performance.now();
    await send(url, rig.makeSender());
    await untilClosed([...connections][0]!);
    expect(performance.now() - begun).toBeGreaterThan(3_500);
  }, 5_500);

  it('on which unrequested data arrives is closed', async () => {
    const ok = 'HTTP/1.1 204 No Content\r\n\r\n';
    const { url, connections } = await rig.receiveBare((socket) => socket.write(ok));
    const sender = rig.makeSender();
    await send(url, sender);
    const [socket] = connections;
    socket!.write('HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n');
    await untilClosed(socket!);
    expect(await send(url, sender)).toMatchObject({ status: 204 });
    expect(connections.size).toBe(2);
    // Sooner than an idle one closes anyway.
  }, 3_000);

  it('that is idle closes with the sender', async () => {
    const { url, connections } = await rig.receive((_, response) => response.end());
    const sender = rig.makeSender();
    await send(url, sender);
    const [socket] = connections;
    sender.close();
    await untilClosed(socket!);
    // Sooner than an idle one closes anyway.
  }, 3_000);

  it('ends when the sender closes, in any state', async () => {
    const { url } = await rig.receiveBare((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n'));
    const sender = rig.makeSender({ resolve: () => new Promise(() => undefined) });
    const attempts = [...Array.from({ length: 20 }, () => url), 'http://hooks.example.com/'].map((each) =>
      send(each, sender),
    );
    sender.close();
    sender.close();
    for (const attempt of await Promise.all(attempts)) expect(attempt.error).toBe('sender_closed');
    expect(await send(url, sender)).toMatchObject({ status: null, error: 'sender_closed' });
  });
});
