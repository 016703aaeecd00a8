import { createHttpClient } from './http-client.ts';

interface CurlRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The file that is sent as it is. */
  readonly file: string | null;
}

/** The request of a `curl` command in our pages. Understands -s, -i, -N, -o, -X, -H, -d, --data-binary, quotes and line ends. */
export function parseCurl(command: string): CurlRequest {
  const words = [...command.replaceAll('\\\n', ' ').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
  if (words.shift() !== 'curl') throw new Error(`not a curl command: ${command}`);
  let method: string | undefined;
  let url = '';
  let body: unknown;
  let file: string | null = null;
  const headers: Record<string, string> = {};
  while (words.length > 0) {
    const word = words.shift()!;
    if (word === '-s' || word === '-i' || word === '-N') continue;
    if (word === '-o') words.shift();
    else if (word === '-X') method = words.shift();
    else if (word === '-d') body = JSON.parse(words.shift()!);
    else if (word === '--data-binary') file = words.shift()!.replace(/^@/, '');
    else if (word === '-H') {
      const [name, ...value] = words.shift()!.split(':');
      headers[name!.toLowerCase()] = value.join(':').trim();
    } else url = word;
  }
  return { method: method ?? (body === undefined && file === null ? 'GET' : 'POST'), url, headers, body, file };
}

/** Sends what a `curl` command would send, and returns its answer, which is JSON. */
export async function runCurl(command: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const { method, url, headers, body } = parseCurl(command);
  const client = createHttpClient(1, 10_000);
  try {
    return await client.send(method, url, { ...headers }, body);
  } finally {
    client.close();
  }
}
