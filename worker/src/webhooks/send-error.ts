import { errors } from 'undici';

/**
 * Why there is no complete answer. `address_refused`: the URL leads to an internal address, or is plain http.
 * `connection_failed`: the host cannot be reached. `invalid_response`: the answer is not HTTP. `invalid_request`: the
 * URL or a header cannot be sent. `sender_closed`: this process is stopping.
 */
export type SendError =
  | 'timeout'
  | 'address_refused'
  | 'dns_failed'
  | 'connection_refused'
  | 'connection_reset'
  | 'connection_failed'
  | 'tls_failed'
  | 'invalid_response'
  | 'invalid_request'
  | 'sender_closed';

export class AddressRefused extends Error {}
export class NameUnknown extends Error {}
/** The answer is larger than allowed. */
export class AnswerTooLong extends Error {}

const WORDS: Readonly<Record<string, SendError>> = {
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_reset',
  ECONNABORTED: 'connection_reset',
  EPIPE: 'connection_reset',
  ETIMEDOUT: 'timeout',
  EPROTO: 'tls_failed',
  UND_ERR_HEADERS_OVERFLOW: 'invalid_response',
  UND_ERR_INVALID_ARG: 'invalid_request',
};

/** The prefixes of Node's codes for TLS and certificate errors. */
const OF_TLS = /^(?:ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_)/;

/** The error code for a failed request, by whether part of the answer had arrived. */
export function wordFor(error: Error, hasAnswer: boolean): SendError {
  if (error instanceof AddressRefused) return 'address_refused';
  if (error instanceof NameUnknown) return 'dns_failed';
  if (error instanceof AnswerTooLong || error instanceof errors.HTTPParserError) return 'invalid_response';
  // For a connection that ended before the answer did, and for headers with an impossible length.
  if (error instanceof errors.ResponseContentLengthMismatchError) {
    return hasAnswer ? 'connection_reset' : 'invalid_response';
  }
  // Besides "other side closed": an unrequested protocol switch.
  if (error instanceof errors.SocketError)
    return error.message.startsWith('bad ') ? 'invalid_response' : 'connection_reset';
  const { code = '' } = error as NodeJS.ErrnoException;
  return WORDS[code] ?? (OF_TLS.test(code) ? 'tls_failed' : 'connection_failed');
}
