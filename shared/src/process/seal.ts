import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Encrypts stored values, so that the database alone does not reveal them. */
export interface Sealer {
  /** The sealed form, different each time. `context` names the owner, and must be given again to open it. */
  seal(plain: Buffer, context: string): Buffer;
  /** @throws Error if it was sealed with another key or for another context, or was changed. */
  open(sealed: Buffer, context: string): Buffer;
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const SEALING_KEY_BYTES = 32;

/** Seals with AES-256-GCM (NIST SP 800-38D): a random nonce of 96 bits, the tag of 128 bits, then the ciphertext. */
export function createSealer(key: Buffer): Sealer {
  if (key.length !== SEALING_KEY_BYTES) throw new Error(`a sealing key has ${SEALING_KEY_BYTES} bytes`);
  return {
    seal(plain, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(context));
      const text = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), text]);
    },
    open(sealed, context) {
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
      const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(context)).setAuthTag(tag);
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    },
  };
}
