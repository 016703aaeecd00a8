import { createHmac, randomBytes } from 'node:crypto';
import { BrokenInvariant } from '@wallet/shared/words/broken-invariant';
import { signatureHeaders } from '@wallet/worker/webhooks/signature';
import { Webhook } from 'standardwebhooks';

/** The requirements of Standard Webhooks 1.0.0 point by point, checked with its authors' own package. */
const ID = '0192a0b1-7c3d-7e4f-8a5b-6c7d8e9f0a1b';
const BODY = '{"type":"operation.succeeded","timestamp":"2025-01-01T00:00:00.123Z","data":{"description":"déjà vu ✓"}}';
const current = randomBytes(24);
const previous = randomBytes(64);

function sign(more: Partial<Parameters<typeof signatureHeaders>[0]> = {}) {
  return signatureHeaders({ id: ID, timestamp: new Date(), body: BODY, secrets: [current], ...more });
}

function verify(secret: Buffer, headers: Record<string, string>, body = BODY): unknown {
  return new Webhook(`whsec_${secret.toString('base64')}`).verify(body, headers);
}

describe('signatureHeaders', () => {
  it('sends exactly the three headers, the time in whole seconds', () => {
    const headers = sign({ timestamp: new Date(1_674_087_231_999) });
    expect(headers).toEqual({
      'webhook-id': ID,
      'webhook-timestamp': '1674087231',
      'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
    });
  });

  it('signs id.timestamp.body with HMAC-SHA256', () => {
    const expected = createHmac('sha256', current).update(`${ID}.1674087231.${BODY}`).digest('base64');
    expect(sign({ timestamp: new Date(1_674_087_231_000) })['webhook-signature']).toBe(`v1,${expected}`);
  });

  it('is accepted by a receiver', () => {
    expect(verify(current, sign())).toEqual(JSON.parse(BODY));
  });

  it('equals that of the package', () => {
    const at = new Date(1_674_087_231_500);
    const expected = new Webhook(current.toString('base64')).sign(ID, at, BODY);
    expect(sign({ timestamp: at })['webhook-signature']).toBe(expected);
  });

  it('is valid for a receiver that knows one of two secrets, and for no other', () => {
    const headers = sign({ secrets: [current, previous] });
    expect(headers['webhook-signature']?.split(' ')).toEqual([
      sign()['webhook-signature'],
      sign({ secrets: [previous] })['webhook-signature'],
    ]);
    expect(verify(current, headers)).toEqual(JSON.parse(BODY));
    expect(verify(previous, headers)).toEqual(JSON.parse(BODY));
    expect(() => verify(randomBytes(24), headers)).toThrow('No matching signature found');
  });

  it.each<[string, (headers: Record<string, string>) => Record<string, string>, string]>([
    ['another body', (headers) => headers, BODY.replace('vu', 'lu')],
    ['a space more', (headers) => headers, `${BODY} `],
    ['another id', (headers) => ({ ...headers, 'webhook-id': ID.replace('0', '1') }), BODY],
    [
      'another time',
      (headers) => ({ ...headers, 'webhook-timestamp': `${Number(headers['webhook-timestamp']) + 1}` }),
      BODY,
    ],
  ])('is refused with %s', (_, change, body) => {
    expect(() => verify(current, change(sign()), body)).toThrow('No matching signature found');
  });

  it('is refused when it is old: each attempt needs its own time', () => {
    expect(() => verify(current, sign({ timestamp: new Date(Date.now() - 6 * 60_000) }))).toThrow('too old');
  });

  it('signs no id with a full stop, and nothing without a secret', () => {
    expect(() => sign({ id: 'a.1' })).toThrow(BrokenInvariant);
    expect(() => sign({ secrets: [] })).toThrow(BrokenInvariant);
  });
});
