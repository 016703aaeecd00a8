import { createServer as createTcpServer } from 'node:net';
import { TLSSocket } from 'node:tls';
import { refuseAddress } from '@wallet/shared/events/webhook-address';
import { CERTIFICATE, type Listening, createWebhookRig, send } from '../support/webhook-rig.ts';

/**
 * Whatever a URL says, and a name resolves to, no connection goes to an internal host, or to one that is not who it
 * should be.
 */
const rig = createWebhookRig();

afterEach(() => rig.stop());

describe('over TLS', () => {
  const resolve = () => Promise.resolve(['127.0.0.1']);

  const receiveTls = () => rig.receiveTls((_, response) => response.end('thanks'));

  it('a receiver with a certificate for its name is trusted', async () => {
    const { port, connections } = await receiveTls();
    const sender = rig.makeSender({ resolve, ca: CERTIFICATE });
    for (let i = 0; i < 2; i += 1) {
      expect(await send(`https://hooks.example.com:${port}/`, sender)).toMatchObject({ status: 200, error: null });
    }
    expect(connections.size).toBe(1);
  });

  it('a receiver that closes each connection is reconnected with the previous session', async () => {
    const reused: boolean[] = [];
    const { port } = await rig.receiveTls((request, response) => {
      reused.push(request.socket instanceof TLSSocket && request.socket.isSessionReused());
      response.setHeader('connection', 'close').end();
    });
    const sender = rig.makeSender({ resolve, ca: CERTIFICATE });
    for (let i = 0; i < 3; i += 1) await send(`https://hooks.example.com:${port}/`, sender);
    expect(reused).toEqual([false, true, true]);
  });

  it.each([
    ['whom no authority knows', 'hooks.example.com', undefined],
    ['with a certificate for another name', 'other.example.com', 'trusted'],
    ['with a certificate for no address', '127.0.0.1', 'trusted'],
  ])('a receiver %s is not', async (_, host, trusted) => {
    const { port } = await receiveTls();
    const sender = rig.makeSender({ resolve, ...(trusted && { ca: CERTIFICATE }) });
    expect(await send(`https://${host}:${port}/`, sender)).toMatchObject({ status: null, error: 'tls_failed' });
  });

  it('a receiver that does not speak TLS is an error', async () => {
    const { port } = await rig.receive((_, response) => response.end());
    expect(await send(`https://127.0.0.1:${port}/`, rig.makeSender())).toMatchObject({
      status: null,
      error: 'tls_failed',
    });
  });

  it('a receiver that does not answer is abandoned at the deadline', async () => {
    const { port } = await rig.listen(createTcpServer());
    const sender = rig.makeSender({ timeoutMs: 200 });
    expect(await send(`https://127.0.0.1:${port}/`, sender)).toMatchObject({ status: null, error: 'timeout' });
  });
});

describe('without permission for internal addresses', () => {
  let inner: Listening;

  beforeEach(async () => {
    inner = await rig.receiveTls((_, response) => response.end('secret'));
  });

  const makeGuarded = (resolve = () => Promise.resolve<string[]>([])) =>
    rig.makeSender({ allowPrivate: false, resolve, timeoutMs: 2_000, ca: CERTIFICATE });

  it('would connect with that permission', async () => {
    const sender = rig.makeSender({ resolve: () => Promise.resolve(['127.0.0.1']), ca: CERTIFICATE });
    expect(await send(`https://hooks.example.com:${inner.port}/`, sender)).toMatchObject({ responseExcerpt: 'secret' });
  });

  it.each([
    ...['127.0.0.1', '127.1', '2130706433', '0177.0.0.1', '0x7f.0.0.1', '0x7f000001', '127.0.0.1.', '127.0.1.1'],
    ...['①②⑦.0.0.1', '0', '0.0.0.0', '10.0.0.1', '172.16.0.1', '192.168.0.1', '100.64.0.1', '169.254.169.254'],
    ...['2852039166', '168.63.129.16', '192.0.2.1', '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
    ...['[::1]', '[::]', '[::127.0.0.1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:7f00:0001]'],
    ...['[64:ff9b::127.0.0.1]', '[64:ff9b:1::7f00:1]', '[2002:7f00:1::]', '[2001:0:7f00:1::]', '[fe80::1]'],
    ...['[fc00::1]', '[fd00:ec2::254]', '[ff02::1]', '[2001:db8::1]'],
  ])('%s is refused', async (host) => {
    const attempt = await send(`https://${host}:${inner.port}/`, makeGuarded());
    expect(attempt).toMatchObject({ status: null, error: 'address_refused', responseExcerpt: null });
    expect(inner.connections.size).toBe(0);
  });

  it.each([
    [['127.0.0.1']],
    [['::1']],
    [['::ffff:127.0.0.1']],
    [['169.254.169.254']],
    [['8.8.8.8', '127.0.0.1']],
    [['127.0.0.1', '8.8.8.8']],
    [['2606:4700::1', '8.8.8.8', '64:ff9b::7f00:1']],
    [['not an address']],
  ])('a name with the addresses %j is refused, and resolved once', async (addresses) => {
    const resolve = jest.fn(() => Promise.resolve(addresses));
    const attempt = await send(`https://hooks.example.com:${inner.port}/`, makeGuarded(resolve));
    expect(attempt).toMatchObject({ status: null, error: 'address_refused' });
    expect(resolve).toHaveBeenCalledTimes(1);
    expect(inner.connections.size).toBe(0);
  });

  it('a name that was public when the endpoint was created, and is internal afterwards, is refused', async () => {
    const url = `https://hooks.example.com:${inner.port}/`;
    const answers = [['8.8.8.8']];
    const resolve = () => Promise.resolve(answers.shift() ?? ['127.0.0.1']);
    expect(await refuseAddress(url, { allowPrivate: false, resolve })).toBeNull();
    expect(await send(url, makeGuarded(resolve))).toMatchObject({ status: null, error: 'address_refused' });
    expect(inner.connections.size).toBe(0);
  });

  it('the connection goes to the very address that was checked', async () => {
    const answers = [['127.0.0.1']];
    const resolve = jest.fn(() => Promise.resolve(answers.shift() ?? ['127.0.0.2']));
    const sender = rig.makeSender({ resolve, ca: CERTIFICATE });
    expect(await send(`https://hooks.example.com:${inner.port}/`, sender)).toMatchObject({ status: 200 });
    expect(resolve).toHaveBeenCalledTimes(1);
    for (const socket of inner.connections) expect(socket.localAddress).toBe('127.0.0.1');
  });

  it('plain http is refused', async () => {
    expect(await send(`http://8.8.8.8:${inner.port}/`, makeGuarded())).toMatchObject({ error: 'address_refused' });
  });
});
