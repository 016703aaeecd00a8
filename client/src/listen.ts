import { type IncomingHttpHeaders, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { components } from '@wallet/sdk';
import { Option } from 'commander';
import { askOnce, explainFailure } from './ask-once.ts';
import { EXIT_CODES, explainExitCodes } from './exit-codes.ts';
import { HelpShown, UsageError, commandOnService, parseCommand, readAddress } from './parse-command.ts';

/**
 * `npm run listen -- --forward-to http://localhost:4000/hook`: prints events as they arrive, and forwards them unchanged,
 * signed, to whatever is being developed. The service must run on this machine, with WEBHOOK_ALLOW_PRIVATE=true, as
 * `npm start` has it: what listens here is an endpoint like any other, and is deleted at the end.
 */

interface Options {
  readonly url: string;
  readonly apiKey?: string;
  readonly forwardTo?: string;
  readonly types?: string[];
  readonly json?: boolean;
}

/** The service knows which there are. */
type EventTypes = NonNullable<components['schemas']['CreateWebhookEndpointRequest']['event_types']>;

/** Headers of the connection, not of the event. */
const OF_CONNECTION = new Set(['host', 'connection', 'content-length', 'accept-encoding', 'transfer-encoding']);
const ANSWER_MS = 10_000;

const MORE_HELP = explainExitCodes({
  good: 'ended by Ctrl-C or SIGTERM',
  refused: 'the service refused to send events here',
});

const { url, apiKey, forwardTo, types, json } = readOptions();
const api = askOnce(url, apiKey);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.once('end', () => {
    void take(Buffer.concat(chunks), request.headers).then((status) => response.writeHead(status).end());
  });
});
await listen(server);
const endpoint = await subscribe(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
say(`Listening${forwardTo === undefined ? '' : `, and forwarding to ${forwardTo}`}. Ctrl-C ends it.`);
say(`The secret is ${endpoint.secret}`);

function readOptions(): Options {
  const command = commandOnService(
    'npm run listen --',
    'Prints events as they arrive, and forwards them, signed, to a receiver under development.',
    'print each event as it came, a JSON object on each line, and all else on stderr',
  )
    .addOption(new Option('--forward-to <url>', 'where to forward them').argParser(readAddress))
    .option('--types <type...>', 'only events of these types')
    .addHelpText('after', MORE_HELP);
  try {
    parseCommand(command, process.argv.slice(2));
  } catch (error) {
    if (error instanceof HelpShown) process.exit();
    if (error instanceof UsageError) fail(error.message, EXIT_CODES.misused);
    throw error;
  }
  return command.opts<Options & Record<string, unknown>>();
}

function listen(target: Server): Promise<void> {
  return new Promise((resolve) => target.listen(0, '127.0.0.1', resolve));
}

async function subscribe(address: string): Promise<{ id: string; secret: string }> {
  const wanted = types === undefined ? {} : { event_types: types as EventTypes };
  try {
    return await api.webhookEndpoints.create({ url: address, description: 'npm run listen', ...wanted });
  } catch (error) {
    const { reason, code } = explainFailure(error, url);
    fail(reason, code);
  }
}

/** Prints an event, and forwards it. @returns how it is answered: as the receiver did, so that it comes again if need be. */
async function take(body: Buffer, headers: IncomingHttpHeaders): Promise<number> {
  const type = typeOf(body);
  // The port is open to every program of this machine.
  if (type === null) return 400;
  if (json === true) process.stdout.write(`${JSON.stringify(JSON.parse(body.toString()))}\n`);
  const line = `${new Date().toISOString()}  ${type.padEnd(24)} ${String(headers['webhook-id'])}`;
  if (forwardTo === undefined) {
    say(line);
    return 204;
  }
  const passed = Object.entries(headers).filter(([name]) => !OF_CONNECTION.has(name));
  const started = performance.now();
  const answer = await fetch(forwardTo, {
    method: 'POST',
    headers: Object.fromEntries(passed.map(([name, value]) => [name, String(value)])),
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  const took = `${Math.round(performance.now() - started)} ms`;
  if (answer instanceof Error) {
    say(`${line}  no answer: ${answer.cause instanceof Error ? answer.cause.message : answer.message}`);
    return 502;
  }
  await answer.body?.cancel();
  say(`${line}  ${answer.status} in ${took}`);
  return answer.status;
}

function typeOf(body: Buffer): string | null {
  try {
    const { type } = JSON.parse(body.toString()) as { type?: unknown };
    return typeof type === 'string' ? type : null;
  } catch {
    return null;
  }
}

async function stop(): Promise<void> {
  await api.webhookEndpoints.delete(endpoint.id).catch(() => {
    say(`The endpoint ${endpoint.id} could not be deleted: delete it when the service answers.`);
  });
  server.closeAllConnections();
  server.close();
}

/** With `--json`, stdout is for events alone. */
function say(line: string): void {
  (json === true ? process.stderr : process.stdout).write(`${line}\n`);
}

function fail(reason: string, code: number): never {
  process.stderr.write(`${reason}\n`);
  process.exit(code);
}
