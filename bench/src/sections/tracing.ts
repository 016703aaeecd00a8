import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compareCapacities, finish } from '../compare.ts';
import { type Figure, ratioOf } from '../figures.ts';
import { CONNECTIONS, cpuFigures } from '../measure-capacity.ts';
import type { Section } from '../section.ts';
import { startService } from '../service.ts';
import type { Stops } from '../stops.ts';

/**
 * What traces cost: without them, the same once more to show the noise, and with one operation in a hundred sampled; and
 * with one in ten, whose cost stands out of the noise.
 */
export const tracing: Section = {
  name: 'tracing',
  title: 'What tracing costs',
  async measure(bench) {
    const { servers, options } = bench;
    const collector = await startCollector(servers.stops);
    const sampled = (share: number) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: String(share),
    });
    const contenders = await Promise.all([
      startService(servers, { name: 'without traces' }),
      startService(servers, { name: 'without traces, once more' }),
      startService(servers, { name: 'one operation in 100 traced', env: sampled(0.01) }),
      startService(servers, { name: 'one operation in 10 traced', env: sampled(0.1) }),
    ]);
    const runs = await compareCapacities(bench, contenders, options.rounds);
    const faults = await finish(runs, contenders);
    if (collector.exports() === 0) faults.push('no trace was exported');
    const [plain = [], ...others] = contenders.map(({ name }) =>
      cpuFigures(name, [...runs].find(([contender]) => contender.name === name)?.[1] ?? []),
    );
    const compared = others.map((figures) =>
      figures.map((figure, index): Figure => {
        const values = plain[index]?.values ?? [];
        return { ...figure, ratio: ratioOf('to without traces', figure.values, values) };
      }),
    );
    return {
      about: `Closed loop: ${CONNECTIONS} connections, ${options.seconds} s a run, ${options.rounds} rounds in turn.`,
      figures: [...plain, ...compared.flat()],
      plots: [],
      faults,
      skipped: [],
    };
  },
};

/** A collector that keeps nothing. @returns its URL, and how many exports it got. */
async function startCollector(stops: Stops): Promise<{ readonly url: string; readonly exports: () => number }> {
  let exports = 0;
  const server = createServer((request, response) => {
    exports += 1;
    request.resume();
    response.end();
  });
  stops.add(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, exports: () => exports };
}
