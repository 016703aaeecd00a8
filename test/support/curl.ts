import { createHttpClient } from './http-client.ts';

/** Sends what a `curl` command of our documents would send. Understands -s, -i, -X, -H, -d, quotes and line ends. */
export async function runCurl(command: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const words = [...command.replaceAll('\\\n', ' ').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
  if (words.shift() !== 'curl') throw new Error(`not a curl command: ${command}`);
  let method: string | undefined;
  let url = '';
  let body: unknown;
  const headers: Record<string, string> = {};
  while (words.length > 0) {
    const word = words.shift()!;
    if (word === '-s' || word === '-i') continue;
    if (word === '-X') method = words.shift();
    else if (word === '-d') body = JSON.parse(words.shift()!);
    else if (word === '-H') {
      const [name, ...value] = words.shift()!.split(':');
      headers[name!.toLowerCase()] = value.join(':').trim();
    } else url = word;
  }
  const client = createHttpClient(1, 10_000);
  try {
    return await client.send(method ?? (body === undefined ? 'GET' : 'POST'), url, headers, body);
  } finally {
    client.close();
  }
}
