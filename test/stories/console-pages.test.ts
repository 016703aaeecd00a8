import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describeInBrowser } from '../support/describe-in-browser.ts';
import { type ConsoleRig, overflows, startConsole, takePicture } from '../support/console-rig.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';

/** The first two have each width and each scheme; the long run has them all. */
const LOOKS = (
  [
    { width: 1_400, scheme: 'light' },
    { width: 390, scheme: 'dark' },
    { width: 1_400, scheme: 'dark' },
    { width: 390, scheme: 'light' },
  ] as const
).slice(0, process.env['TEST_LONG'] ? 4 : 2);

/** The pages: one example of everything that looks different. */
interface Examples {
  readonly wallet: string;
  readonly succeeded: string;
  readonly failed: string;
  readonly pending: string;
  readonly scheduled: string;
  readonly hold: string;
  readonly finished: string;
  readonly waiting: string;
  readonly endpoint: string;
  readonly event: string;
}

interface Subject {
  readonly name: string;
  readonly path: (examples: Examples) => string;
  /** A text that appears once its data is there. */
  readonly shows: string;
  /** Opens what is to be looked at, such as a dialog. */
  readonly act?: (page: Page) => Promise<void>;
}

const opening = (button: string) => async (page: Page) => {
  await page.getByRole('button', { name: button, exact: true }).click();
  await page.getByRole('dialog').waitFor();
};

const SUBJECTS: readonly Subject[] = [
  { name: 'overview', path: () => '/', shows: 'The last hour' },
  { name: 'operations', path: () => '/operations', shows: 'insufficient funds' },
  { name: 'operation-succeeded', path: ({ succeeded }) => `/operations/${succeeded}`, shows: 'balance 80.00 USD' },
  { name: 'operation-failed', path: ({ failed }) => `/operations/${failed}`, shows: 'Nothing was moved.' },
  { name: 'operation-pending', path: ({ pending }) => `/operations/${pending}`, shows: 'Waiting for' },
  { name: 'operation-scheduled', path: ({ scheduled }) => `/operations/${scheduled}`, shows: 'Until then' },
  { name: 'wallets', path: () => '/wallets', shows: '80.00 USD' },
  { name: 'wallet', path: ({ wallet }) => `/wallets/${wallet}`, shows: 'The last 2 movements', act: plotted },
  { name: 'hold', path: ({ hold }) => `/holds/${hold}`, shows: 'capture' },
  { name: 'hold-capture', path: ({ hold }) => `/holds/${hold}`, shows: 'capture', act: capturing },
  { name: 'accounts', path: () => '/accounts', shows: 'treasury' },
  { name: 'assets', path: () => '/assets', shows: 'GOLD' },
  { name: 'asset-new', path: () => '/assets', shows: 'GOLD', act: opening('New asset') },
  { name: 'batches', path: () => '/batches', shows: '100 %' },
  { name: 'batch-upload', path: () => '/batches', shows: '100 %', act: opening('Upload CSV') },
  { name: 'batch-finished', path: ({ finished }) => `/batches/${finished}`, shows: 'wallet frozen' },
  { name: 'batch-waiting', path: ({ waiting }) => `/batches/${waiting}`, shows: '2 pending' },
  { name: 'webhooks', path: () => '/webhooks', shows: 'failing' },
  { name: 'webhook-new', path: () => '/webhooks', shows: 'failing', act: opening('New endpoint') },
  { name: 'webhook', path: ({ endpoint }) => `/webhooks/${endpoint}`, shows: 'operation.succeeded' },
  { name: 'delivery', path: ({ endpoint, event }) => `/webhooks/${endpoint}/deliveries/${event}`, shows: 'HTTP 500' },
  { name: 'access', path: () => '/access', shows: 'wallet.status_changed' },
  { name: 'access-new', path: () => '/access', shows: 'operator', act: opening('New key') },
  { name: 'search', path: () => '/search?q=shop-1', shows: 'deposit, succeeded' },
  { name: 'search-nothing', path: () => '/search?q=nothing', shows: 'Nothing was found.' },
  { name: 'not-found', path: () => '/nowhere', shows: 'No such page' },
];

/** A name that is wider than a phone. */
const LONG_NAME = `fees-${'of-a-kind-'.repeat(5)}`;

async function capturing(page: Page): Promise<void> {
  await opening('Capture')(page);
  await page.getByLabel('Destination').selectOption('Another house account');
  await page.getByRole('option', { name: LONG_NAME }).waitFor({ state: 'attached' });
}

async function plotted(page: Page): Promise<void> {
  await page.getByRole('img', { name: 'Balance' }).waitFor();
}

describeInBrowser('every page of the console, in dark and light, at 1400 and 390 px', () => {
  let rig: ConsoleRig;
  let receiver: Receiver;
  let examples: Examples;
  beforeAll(async () => {
    [rig, receiver] = await Promise.all([startConsole(), startReceiver()]);
    receiver.answer = (_request, response) => response.writeHead(500).end('no room left');
    examples = await makeExamples(rig, receiver);
  });
  afterEach(async () => {
    expect(await rig.closeTabs()).toEqual([]);
  });
  afterAll(async () => {
    await rig.stop();
    await receiver.stop();
  });

  it.each(SUBJECTS)('$name: nothing that axe objects to, and no wider than its window', async (subject) => {
    const page = await rig.open(subject.path(examples));
    await page.getByRole('main').getByText(subject.shows).first().waitFor({ state: 'attached' });
    await subject.act?.(page);
    await lookAt(page, subject.name);
  });

  it('sign-in: nothing that axe objects to, and no wider than its window', async () => {
    const page = await rig.open('/', { token: null });
    await page.getByLabel('API key').waitFor();
    await lookAt(page, 'sign-in');
  });
});

async function lookAt(page: Page, name: string): Promise<void> {
  await page.evaluate(axe.source);
  const objections: string[] = [];
  for (const { width, scheme } of LOOKS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    const where = `${name}-${width}-${scheme}`;
    await takePicture(page, where);
    objections.push(...(await judge(page)).map((objection) => `${where}: ${objection}`));
    if (await overflows(page)) objections.push(`${where}: it scrolls sideways`);
  }
  expect(objections).toEqual([]);
}

async function judge(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate<axe.AxeResults>(
    "axe.run(document, { resultTypes: ['violations'], elementRef: false })",
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`),
  );
}

const newKey = (): Record<string, string> => ({ 'Idempotency-Key': crypto.randomUUID() });

async function makeExamples(rig: ConsoleRig, receiver: Receiver): Promise<Examples> {
  const { service } = rig;
  const endpoint = (await rig.ask('POST', '/webhook-endpoints', { url: receiver.url, description: 'the shop' })).id;
  const [wallet, frozen] = [await rig.makeWallet('100'), await rig.makeWallet()];
  await rig.ask('PATCH', `/wallets/${frozen}`, { status: 'frozen' });
  const send = async (type: string, amount: string, more = {}): Promise<string> =>
    (
      await rig.ask(
        'POST',
        '/operations',
        { type, amount, wallet_id: wallet, ...more },
        { 'Idempotency-Key': `console-${'long-'.repeat(10)}${crypto.randomUUID()}` },
      )
    ).id;
  const sendBatch = async (...lines: object[]): Promise<string> =>
    (await rig.ask('POST', '/batches', { operations: lines }, newKey())).id;
  const line = (wallet_id: string): object => ({ type: 'deposit', wallet_id, amount: '1.00' });
  const succeeded = await send('withdraw', '20', { description: 'A withdrawal with a rather long description' });
  const failed = await send('withdraw', '5000');
  await rig.ask('POST', '/accounts', { name: LONG_NAME });
  const holder = await rig.makeWallet('50');
  const hold = (await rig.ask('POST', `/wallets/${holder}/holds`, { amount: '25', expires_in: 86_400 }, newKey())).id;
  await rig.ask('POST', `/holds/${hold}/capture`, { amount: '10', final: false }, newKey());
  await rig.ask('POST', '/clients', { name: 'The shop', login: 'shop-1' });
  await rig.ask('POST', '/operations', {
    type: 'deposit',
    amount: '3',
    wallet_id: await rig.makeWallet(),
    reference_id: 'shop-1',
  });
  await service.drained();
  const finished = await sendBatch(line(frozen), line(await rig.makeWallet()));
  await receiver.until(({ length }) => length > 0);
  await service.drained();
  await service.stopWorkers();
  const pending = await send('deposit', '1');
  const scheduled = await send('deposit', '1', { execute_at: new Date(Date.now() + 3_600_000).toISOString() });
  const waiting = await sendBatch(line(wallet), line(frozen));
  const { data } = await rig.ask('GET', `/webhook-endpoints/${endpoint}/deliveries`);
  const event = data.find(({ attempts }: { attempts: number }) => attempts > 0).event_id;
  return { wallet, succeeded, failed, pending, scheduled, hold, finished, waiting, endpoint, event };
}
