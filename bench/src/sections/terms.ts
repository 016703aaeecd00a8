import { compareCapacities, finish } from '../compare.ts';
import { type Figure, ratioOf } from '../figures.ts';
import { postRequest } from '../load/connection.ts';
import { CONNECTIONS, capacityFigures, cpuFigures } from '../measure-capacity.ts';
import type { Section } from '../section.ts';
import { type Load, WALLETS, startService } from '../service.ts';

/** Each hold is captured by the request that follows its acceptance, which waits for the hold. */
const HOLDS: Load = {
  request: (id) => postRequest(`/wallets/${id}/holds`, '{"amount":1}'),
  follow: (body) => {
    const id = /"id":"([0-9a-f-]{36})"/.exec(body)?.[1];
    return id === undefined ? null : postRequest(`/holds/${id}/capture`, '{}');
  },
};

/** A purchase between two wallets of which the house takes a fee from each. */
const POSTINGS: Load = {
  request: (id, index, ids) => {
    const [from, to] = [{ wallet_id: id }, { wallet_id: ids[(index + 1) % ids.length] }];
    const fees = { account: 'fees' };
    const legs = [
      { from, to, amount: 1 },
      { from, to: fees, amount: 0.02 },
      { from: to, to: fees, amount: 0.01 },
    ];
    return postRequest('/postings', JSON.stringify({ legs }));
  },
  prepare: ({ pool }) => pool.query(`SELECT add_house_account('fees', false)`),
};

/** The cost of operations with several movements, compared with deposits, all of them single operations. */
export const terms: Section = {
  name: 'terms',
  title: 'Holds and postings beside deposits',
  async measure(bench) {
    const { servers, options } = bench;
    const [deposits, pairs, postings] = await Promise.all([
      startService(servers, { name: 'deposits' }),
      startService(servers, { name: 'holds, each with a capture', load: HOLDS }),
      startService(servers, { name: 'postings of three legs', load: POSTINGS }),
    ]);
    const runs = await compareCapacities(bench, [deposits, pairs, postings], options.rounds);
    const faults = await finish(runs, [deposits, pairs, postings]);
    const rates = (of: typeof deposits): number[] => (runs.get(of) ?? []).map((run) => run.appliedPerS);
    const figures = [...runs].flatMap(([{ name }, own]) => [
      ...capacityFigures(name, own, true),
      ...cpuFigures(name, own),
    ]);
    const pairRates = rates(pairs).map((rate) => rate / 2);
    const compared: Figure[] = [
      {
        ...{ subject: pairs.name, measure: 'pairs, accepted and applied', unit: '/s', values: pairRates },
        ratio: ratioOf('a pair to a deposit', pairRates, rates(deposits)),
      },
      {
        ...{ subject: postings.name, measure: 'accepted and applied', unit: '/s', values: rates(postings) },
        ratio: ratioOf('a posting to a deposit', rates(postings), rates(deposits)),
      },
    ];
    const isCompared = ({ subject, measure }: Figure): boolean =>
      subject === postings.name && measure === 'accepted and applied';
    return {
      about:
        `Closed loop: ${CONNECTIONS} connections, ${WALLETS} wallets, ${options.seconds} s a run, ${options.rounds} rounds in turn. ` +
        'Holds and captures are counted as two operations; a pair is both. Each contender has a database of its own.',
      figures: [...figures.filter((figure) => !isCompared(figure)), ...compared],
      plots: [],
      faults,
      skipped: [],
    };
  },
};
