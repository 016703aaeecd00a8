import type { LookupAddress } from 'node:dns';
import { lookup as lookupName } from 'node:dns/promises';
import { type LookupFunction, type Socket, connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type ResolveName, hostOf, isPublicAddress, resolvePublicName } from '@wallet/shared/events/webhook-address';
import { AddressRefused, NameUnknown } from './send-error.ts';

/**
 * Node gives an address 250 ms before it tries the host's next one, which is too short for intercontinental
 * connections.
 */
const NEXT_ADDRESS_AFTER_MS = 2_000;

export interface ConnectOptions {
  /** For development: also plain http, and internal hosts. */
  readonly allowPrivate: boolean;
  /** Resolves a name; by default with the DNS. */
  readonly resolve?: ResolveName | undefined;
  /** Certificates (PEM) of the authorities to trust instead of the well-known ones. */
  readonly ca?: string | undefined;
}

/** Opens one more connection to an origin. `onConnected` is called once, when a request can be sent. */
export type Connect = (onConnected: (socket: Socket) => void) => Socket;

/**
 * Makes the connector to an origin. A name is resolved for each connection, all its addresses are checked, and the
 * connection goes to one of these: changing the address in between (DNS rebinding) achieves nothing. TLS still uses the
 * name.
 */
export function connectChecked(origin: URL, { allowPrivate, resolve, ca }: ConnectOptions): Connect {
  const host = hostOf(origin);
  const isSecure = origin.protocol === 'https:';
  const options = {
    host,
    port: Number(origin.port || (isSecure ? 443 : 80)),
    lookup: guardLookup(resolve ?? (allowPrivate ? resolveAnyName : resolvePublicName), allowPrivate),
    noDelay: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
  };
  if (!isSecure) {
    return (onConnected) => {
      const socket = connect(options);
      return socket.once('connect', () => onConnected(socket));
    };
  }
  /** To be resumed. */
  let session: Buffer | undefined;
  return (onConnected) => {
    const socket = connectTls({
      ...options,
      // An address cannot be sent as a server name (RFC 6066, section 3); the certificate is still checked for it.
      servername: isIP(host) === 0 ? host : '',
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: true,
      session,
      ...(ca !== undefined && { ca }),
    });
    socket.on('session', (given) => (session = given));
    socket.on('close', () => {
      if (!socket.authorized) session = undefined;
    });
    return socket.once('secureConnect', () => onConnected(socket));
  };
}

/** A host that is an address is never resolved, so it is checked here. @throws AddressRefused */
export function refuseInside(url: URL): void {
  const host = hostOf(url);
  if (url.protocol !== 'https:' || (isIP(host) !== 0 && !isPublicAddress(host))) throw new AddressRefused();
}

/** Returns addresses only if all addresses of the name are public. The connection goes to a returned one. */
function guardLookup(resolve: ResolveName, allowPrivate: boolean): LookupFunction {
  const find = async (hostname: string): Promise<[LookupAddress, ...LookupAddress[]]> => {
    const [first, ...others] = await resolve(hostname).catch(() => []);
    if (first === undefined) throw new NameUnknown();
    if (!allowPrivate && ![first, ...others].every(isPublicAddress)) throw new AddressRefused();
    const withFamily = (address: string) => ({ address, family: isIP(address) });
    return [withFamily(first), ...others.map(withFamily)];
  };
  return (hostname, options, callback) => {
    find(hostname).then(
      (addresses) => {
        if (options.all) callback(null, addresses);
        else callback(null, addresses[0].address, addresses[0].family);
      },
      (error: unknown) => callback(error as NodeJS.ErrnoException, []),
    );
  };
}

/** As the machine resolves names, including its hosts file. */
async function resolveAnyName(hostname: string): Promise<readonly string[]> {
  return (await lookupName(hostname, { all: true })).map(({ address }) => address);
}
