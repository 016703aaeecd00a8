import { randomBytes } from 'node:crypto';
import { webhookSettings, readSettings } from '@wallet/shared/process/config';
import { createSealer } from '@wallet/shared/process/seal';

const key = Buffer.alloc(32, 'a key');
const sealer = createSealer(key);
const plain = Buffer.from('whsec_of an endpoint');

describe('a sealer', () => {
  it.each([0, 1, 32, 5_000])('opens what it sealed, of %d bytes', (length) => {
    const bytes = randomBytes(length);
    expect(createSealer(key).open(sealer.seal(bytes, 'a'), 'a')).toEqual(bytes);
  });

  it('seals the same value differently each time, and shows nothing of it', () => {
    const all = Array.from({ length: 100 }, () => sealer.seal(plain, 'a'));
    expect(new Set(all.map((sealed) => sealed.subarray(0, 12).toString('hex'))).size).toBe(100);
    expect(new Set(all.map((sealed) => sealed.subarray(28).toString('hex'))).size).toBe(100);
    for (const sealed of all) expect(sealed.includes(plain.subarray(0, 6))).toBe(false);
  });

  it('does not open a value that was sealed for another endpoint, or with another key', () => {
    const sealed = sealer.seal(plain, 'a');
    expect(() => sealer.open(sealed, 'b')).toThrow();
    expect(() => createSealer(randomBytes(32)).open(sealed, 'a')).toThrow();
  });

  it('does not open a changed value, whichever byte it is, or one that was cut off', () => {
    const sealed = sealer.seal(plain, 'a');
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index]! ^= 1;
      expect(() => sealer.open(changed, 'a')).toThrow();
      expect(() => sealer.open(sealed.subarray(0, index), 'a')).toThrow();
    }
  });

  it.each([0, 16, 31, 33])('is not made with a key of %d bytes', (length) => {
    expect(() => createSealer(randomBytes(length))).toThrow('32 bytes');
  });
});

describe('WEBHOOK_KEY', () => {
  it('is the base64 of 32 bytes, or not set', () => {
    expect(readSettings(webhookSettings, { WEBHOOK_KEY: key.toString('base64') }).WEBHOOK_KEY).toEqual(key);
    expect(readSettings(webhookSettings, { WEBHOOK_KEY: '' })).toEqual({ WEBHOOK_ALLOW_PRIVATE: false });
  });

  it.each(['secret', key.toString('hex'), key.toString('base64').slice(0, 43), Buffer.alloc(16).toString('base64')])(
    'is not %s, and the message does not repeat it',
    (text) => {
      const read = (): unknown => readSettings(webhookSettings, { WEBHOOK_KEY: text });
      expect(read).toThrow('WEBHOOK_KEY: must be the base64 of 32 bytes');
      expect(read).not.toThrow(text);
    },
  );
});
