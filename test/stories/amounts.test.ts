import request from 'supertest';
import { service, wallet } from '../support/idle-service.ts';

/**
 * An amount is validated as it is written, and in the same way everywhere: one rule for JSON, in quotes or bare, and
 * for CSV.
 */

/** The result for an amount, by the way it came: the amount as it was read, or that it was refused. */
async function verdictsOn(text: string): Promise<Record<string, string>> {
  const line = (amount: string): string => `{"type":"deposit","wallet_id":"${wallet}","amount":${amount}}`;
  const csv = `type,wallet_id,amount\ndeposit,${wallet},"${text}"\n`;
  const bare = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? { 'JSON, bare': await single(line(text)) } : {};
  return {
    ...bare,
    'JSON, in quotes': await single(line(JSON.stringify(text))),
    'NDJSON, in quotes': await batch(line(JSON.stringify(text)), 'application/x-ndjson'),
    ...('JSON, bare' in bare ? { 'NDJSON, bare': await batch(line(text), 'application/x-ndjson') } : {}),
    CSV: await batch(csv, 'text/csv'),
  };
}

async function single(body: string): Promise<string> {
  const answer = await request(service.url).post('/operations').set('Content-Type', 'application/json').send(body);
  if (answer.status === 202) return answer.body.amount as string;
  expect(answer.body).toMatchObject({ code: 'invalid_request', errors: [{ path: 'amount' }] });
  return `refused: ${answer.body.errors[0].message}`;
}

async function batch(body: string, type: string): Promise<string> {
  const answer = await request(service.url).post('/batches?validate_only=true').set('Content-Type', type).send(body);
  if (answer.status === 200) return answer.body.sums[0].total as string;
  expect(answer.body).toMatchObject({ code: 'batch_refused', errors: [{ field: 'amount' }] });
  return `refused: ${answer.body.errors[0].message}`;
}

it.each([
  ['1', '1.00'],
  ['1.5', '1.50'],
  ['0.01', '0.01'],
  ['10', '10.00'],
  ['100.10', '100.10'],
  ['999999999999999', '999999999999999.00'],
])('%s is read as %s, wherever it occurs', async (text, amount) => {
  const verdicts = await verdictsOn(text);
  expect(new Set(Object.values(verdicts))).toEqual(new Set([amount]));
});

it.each([
  ...['01000', '00', '01', '00.5', '-01', '1e3', '1E3', '1.0e2', '10e-1', '1e0', '+5', '.5', '5.', '5_000'],
  ...[
    '5,000',
    '5 000',
    '５',
    '٥',
    '0x10',
    '1n',
    '1.000',
    '0.001',
    '0',
    '0.00',
    '-0',
    '-5',
    'NaN',
    'Infinity',
    '∞',
    '5$',
  ],
])('%j is refused with the same words, wherever it occurs', async (text) => {
  const verdicts = await verdictsOn(text);
  expect(new Set(Object.values(verdicts)).size).toBe(1);
  expect(verdicts['CSV']).toMatch(/^refused: (must be|USD has at most)/);
});

it.each([' 5', '5 ', '\t5'])(
  'space in the amount %j is refused in JSON; in CSV it pads the field and is not part of it',
  async (text) => {
    const verdicts = await verdictsOn(text);
    expect(verdicts['JSON, in quotes']).toMatch(/^refused: must be written in digits/);
    expect(verdicts['NDJSON, in quotes']).toBe(verdicts['JSON, in quotes']);
    expect(verdicts['CSV']).toBe('5.00');
  },
);
