import { type Socket, createConnection, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { TrapLine } from './traps.ts';

/**
 * What a network does. `latency`: each piece comes later. `slow`: few bytes a second. `cut`: connections break, and none can be
 * made. `stall`: nothing comes through until it is healed, and then all of it does, late, as after a partition. `half-open`: what
 * is sent vanishes without a word; after healing, such a connection turns out to be broken.
 */
export type NetworkFault =
  | { readonly kind: 'latency'; readonly ms: number }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  | { readonly kind: 'cut' }
  | { readonly kind: 'stall' }
  | { readonly kind: 'half-open' };

/** What leads from one process to others. */
export interface Way {
  impose(fault: NetworkFault): void;
  heal(): void;
  /** Breaks every connection that there is now. */
  reset(): void;
  stop(): Promise<void>;
}

/** Stands between two processes, on the level of TCP. */
export interface FaultProxy extends Way {
  readonly port: number;
}

/** What happens on the one way happens on each of these. */
export function joinWays(ways: readonly Way[]): Way {
  return {
    impose(fault) {
      for (const way of ways) way.impose(fault);
    },
    heal() {
      for (const way of ways) way.heal();
    },
    reset() {
      for (const way of ways) way.reset();
    },
    async stop() {
      await Promise.all(ways.map((way) => way.stop()));
    },
  };
}

/** A piece in slow motion is at most this long, so that healing is noticed. */
const SLOW_PIECE_MS = 100;
const RESET_MS = 50;

interface Line {
  readonly fault: () => NetworkFault | null;
  /** Resolves when the present fault is healed. */
  readonly healed: () => Promise<void>;
}

/** Listens on a free port and passes everything on to `target`. `traps` look at what passes to Postgres. */
export async function startFaultProxy(target: number, traps?: TrapLine): Promise<FaultProxy> {
  let fault: NetworkFault | null = null;
  let heal = (): void => undefined;
  let healed = Promise.resolve();
  const links = new Set<Link>();
  const line: Line = { fault: () => fault, healed: () => healed };

  const server = createServer({ noDelay: true }, (socket) => {
    if (fault?.kind === 'cut') {
      socket.resetAndDestroy();
      return;
    }
    const link = createLink(socket, createConnection({ port: target, host: '127.0.0.1', noDelay: true }), line, traps);
    links.add(link);
    void link.closed.then(() => links.delete(link));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const proxy: FaultProxy = {
    port: (server.address() as AddressInfo).port,
    impose(imposed) {
      proxy.heal();
      fault = imposed;
      healed = new Promise((resolve) => {
        heal = resolve;
      });
      if (imposed.kind === 'cut') proxy.reset();
    },
    heal() {
      fault = null;
      heal();
      for (const link of links) if (link.hasLostBytes()) link.break();
    },
    reset() {
      for (const link of links) link.break();
    },
    async stop() {
      proxy.heal();
      const closed = new Promise((resolve) => server.close(resolve));
      proxy.reset();
      await closed;
    },
  };
  return proxy;
}

interface Link {
  readonly closed: Promise<void>;
  hasLostBytes(): boolean;
  break(): void;
}

function createLink(client: Socket, server: Socket, line: Line, traps: TrapLine | undefined): Link {
  let hasLost = false;
  const breakOff = (): void => {
    for (const socket of [client, server]) {
      // Node leaks the descriptor of a socket that is reset while it is being ended.
      if (socket.writableEnded || socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
      // A reset waits until everything is written: without end, if the peer does not read.
      setTimeout(() => socket.destroy(), RESET_MS);
    }
  };
  const watch = traps?.watch({ port: () => server.localPort ?? 0, break: breakOff });

  /** Whether bytes may be passed on now; what has vanished may not. */
  async function passes(bytes: number): Promise<boolean> {
    for (;;) {
      const fault = line.fault();
      if (fault?.kind === 'stall') await line.healed();
      else if (fault?.kind === 'half-open') hasLost = true;
      else if (fault?.kind === 'latency') await Promise.race([delay(fault.ms), line.healed()]);
      else if (fault?.kind === 'slow') await crawl(fault.bytesPerSecond, bytes, line);
      if (fault?.kind !== 'stall') return !hasLost;
    }
  }

  function pipe(from: Socket, to: Socket, forward: (chunk: Buffer, write: Write) => Promise<void> | void): void {
    let tail = Promise.resolve();
    const write: Write = (bytes) => {
      if (!to.destroyed && to.writable) to.write(bytes);
    };
    from.on('data', (chunk: Buffer) => {
      if (line.fault() === null && to.writableLength > MOST_UNSENT) from.pause();
      tail = tail.then(async () => {
        if ((line.fault() === null && !hasLost) || (await passes(chunk.length))) await forward(chunk, write);
      });
    });
    to.on('drain', () => from.resume());
    from.on('error', () => undefined);
    from.on('close', () => {
      // A peer that is cut off by a silent fault does not see the end either.
      void tail.then(async () => {
        if (line.fault()?.kind === 'stall' || hasLost) await line.healed();
        to.end(() => to.destroy());
      });
    });
  }

  pipe(client, server, watch ? watch.up : (chunk, write) => write(chunk));
  pipe(server, client, watch ? watch.down : (chunk, write) => write(chunk));
  const closed = Promise.all([client, server].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  return { closed: closed.then(() => watch?.end()), hasLostBytes: () => hasLost, break: breakOff };
}

const MOST_UNSENT = 1_048_576;
type Write = (bytes: Buffer) => void;

async function crawl(bytesPerSecond: number, bytes: number, line: Line): Promise<void> {
  const until = performance.now() + (bytes / bytesPerSecond) * 1_000;
  while (performance.now() < until && line.fault()?.kind === 'slow') {
    await delay(Math.min(SLOW_PIECE_MS, until - performance.now()));
  }
}
