import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import selfsigned from 'selfsigned';

/** Files of a certificate for 127.0.0.1 that is its own authority. */
export function makeAuthority(folder: string): { readonly cert: string; readonly key: string } {
  const made = selfsigned.generate([{ name: 'commonName', value: 'authority' }], {
    ...{ keySize: 2048, algorithm: 'sha256' },
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  const files = { cert: join(folder, 'authority.pem'), key: join(folder, 'authority.key') };
  writeFileSync(files.cert, made.cert);
  writeFileSync(files.key, made.private);
  // Postgres takes no key that others can read.
  chmodSync(files.key, 0o600);
  return files;
}
