import { type Retry, WalletApi, WalletApiError, WalletConnectionError } from '@wallet/sdk';
import { EXIT_CODES } from './exit-codes.ts';

const ANSWER_MS = 10_000;

/** The service, for commands that a person runs again: each request is sent once, and a failure is told at once. */
export function askOnce(url: string, apiKey: string | undefined): WalletApi {
  const onRetry = ({ error }: Retry): never => {
    throw error;
  };
  return new WalletApi({ baseUrl: url, apiKey, timeoutMs: ANSWER_MS, onRetry });
}

/** Why a request failed, as a sentence, and the exit code for it. @throws the error if it is none of a request. */
export function explainFailure(error: unknown, url: string): { reason: string; code: 3 | 4 } {
  if (error instanceof WalletApiError) {
    const { problem, status } = error;
    const isUnready = status >= 500 && problem?.code !== 'webhooks_not_configured';
    if (isUnready) return { reason: error.message, code: EXIT_CODES.unreachable };
    return refuse(problem?.detail ?? `it answered ${status}`);
  }
  if (!(error instanceof WalletConnectionError)) throw error;
  if (error.status !== null) return refuse(`it answered ${error.status}`);
  return { reason: `There is no service at ${url}.`, code: EXIT_CODES.unreachable };
}

function refuse(detail: string): { reason: string; code: 4 } {
  return { reason: `The service refused: ${detail}`, code: EXIT_CODES.refused };
}
