import type { Page } from 'playwright-core';
import { describeInBrowser } from '../support/describe-in-browser.ts';
import { type ConsoleRig, deposit, startConsole } from '../support/console-rig.ts';

describeInBrowser('the console, where operations and wallets are looked at', () => {
  let rig: ConsoleRig;
  beforeAll(async () => {
    rig = await startConsole({ worker: false });
  });
  afterEach(async () => {
    expect(await rig.closeTabs()).toEqual([]);
  });
  afterAll(() => rig.stop());

  const focused = (page: Page): Promise<string> => page.evaluate<string>('document.activeElement.textContent.trim()');
  const press = async (page: Page, ...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const dialogOf = (page: Page) => page.getByRole('dialog');

  it('refuses an invalid key, and says so', async () => {
    const page = await rig.open('/operations', { token: null });
    await page.getByLabel('API key').fill('wk_0000000000000000_00000000000000000000000000000000');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('does not accept this key').waitFor();
  });

  it('signs in, finds a wallet, reads the effect of a freeze and freezes it, by keyboard alone', async () => {
    const wallet = await rig.makeWallet();
    const page = await rig.open('/', { token: null });
    // The field has the focus as the page is reached.
    await page.getByLabel('API key').waitFor();
    await page.keyboard.type(rig.token);
    await press(page, 'Enter');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByRole('status').getByText('No worker is running.').waitFor();
    await press(page, '/');
    await page.keyboard.type(wallet);
    await press(page, 'Enter');
    await page.getByRole('button', { name: 'Freeze' }).waitFor();
    for (let tabs = 0; (await focused(page)) !== 'Freeze'; tabs += 1) {
      expect(tabs).toBeLessThan(20);
      await press(page, 'Tab');
    }
    await press(page, 'Enter');
    await dialogOf(page).getByText('operations fail with wallet_frozen').waitFor();
    // What is behind it cannot be reached. It goes away by Escape, and gives the focus back.
    for (let tabs = 0; tabs < 5; tabs += 1) {
      await press(page, 'Tab');
      expect(await page.locator('#console :focus').count()).toBe(0);
    }
    await press(page, 'Escape');
    await dialogOf(page).waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('Freeze');
    expect((await rig.ask('GET', `/wallets/${wallet}`)).status).toBe('active');
    await press(page, 'Enter');
    await dialogOf(page).waitFor();
    while ((await focused(page)) !== 'Freeze') await press(page, 'Tab');
    await press(page, 'Enter');
    await page.getByRole('status').getByText('frozen').waitFor();
    await page.getByRole('button', { name: 'Unfreeze' }).waitFor();
    expect((await rig.ask('GET', `/wallets/${wallet}`)).status).toBe('frozen');
  });

  it('shows why an operation waits for a stopped worker, and its end once it runs, without a reload', async () => {
    const wallet = await rig.makeWallet();
    const key = `story-${wallet}`;
    const { id } = await rig.ask('POST', `/wallets/${wallet}/operation`, { ...deposit('12.50'), idempotency_key: key });
    const page = await rig.open('/');
    await page.getByRole('searchbox').fill(id as string);
    await page.getByRole('button', { name: 'Find' }).click();
    await page.waitForURL(`**/console/operations/${id}`);
    await page.getByText('It waits for a worker').waitFor();
    await page.evaluate("document.body.dataset.mark = 'kept'");
    rig.service.startWorker();
    await page.getByText('balance 12.50 USD').waitFor();
    await page.getByRole('status').getByText('succeeded').waitFor();
    expect(await page.locator('body[data-mark=kept]').count()).toBe(1);
    await rig.service.stopWorkers();
  });

  it('shows no button that a key may not use, nor a section that it may not see', async () => {
    rig.service.startWorker();
    const wallet = await rig.makeWallet('5');
    const [operation] = (await rig.ask('GET', `/operations?wallet_id=${wallet}`)).data;
    const hold = await rig.ask('POST', `/wallets/${wallet}/holds`, { amount: '1' }, { Prefer: 'wait=10' });
    await rig.service.stopWorkers();
    const reader = await rig.keyWith('operations:read', 'wallets:read');
    const page = await rig.open(`/wallets/${wallet}`, { token: reader });
    const buttons = [
      ...['Freeze', 'Credit limit', 'Reverse', 'Upload CSV', 'Capture', 'Release', 'New house account', 'New asset'],
    ].map((name) => page.getByRole('button', { name }));
    const shown = async (): Promise<number> => {
      const counts = await Promise.all(buttons.map((button) => button.count()));
      return counts.reduce((sum, count) => sum + count, 0);
    };
    await page.getByText('4.00 USD').first().waitFor();
    expect(await shown()).toBe(0);
    expect(await page.getByRole('navigation', { name: 'Sections' }).getByRole('link').allTextContents()).toEqual(
      expect.not.arrayContaining(['Webhooks', 'Access']),
    );
    const pages = [`operations/${operation.id}`, 'batches', `holds/${hold.id}`, 'accounts', 'assets'];
    for (const path of pages) {
      await page.goto(`${rig.service.url}/console/${path}`);
      await page.locator('main :is(.summary, .empty, tbody)').first().waitFor();
      expect(await shown()).toBe(0);
    }
    // A key with the scope sees each of them.
    const operator = await rig.open(`/wallets/${wallet}`);
    for (const [path, ...names] of [
      [`wallets/${wallet}`, 'Freeze', 'Credit limit', 'Capture', 'Release'],
      [`operations/${operation.id}`, 'Reverse'],
      ['batches', 'Upload CSV'],
      ['accounts', 'New house account'],
      ['assets', 'New asset'],
    ]) {
      await operator.goto(`${rig.service.url}/console/${path}`);
      for (const name of names) await operator.getByRole('button', { name, exact: true }).waitFor();
    }
  });

  it('captures a part of a hold to a house account that was added here, and releases the rest', async () => {
    rig.service.startWorker();
    const wallet = await rig.makeWallet('30');
    const hold = await rig.ask('POST', `/wallets/${wallet}/holds`, { amount: '25' }, { Prefer: 'wait=10' });
    const page = await rig.open('/accounts');
    const fees = page.getByRole('row', { name: /^fees/ });
    await page.getByRole('button', { name: 'New house account' }).click();
    await dialogOf(page).getByLabel('Name').fill('fees');
    await dialogOf(page).getByRole('button', { name: 'Add house account' }).click();
    await fees.getByText('zero in every asset').waitFor();

    await page.goto(`${rig.service.url}/console/wallets/${wallet}`);
    await page.getByRole('button', { name: 'Capture' }).click();
    await dialogOf(page).getByText('25.00 USD leaves the hold for the treasury').waitFor();
    await dialogOf(page).getByLabel('Amount').fill('10');
    await dialogOf(page).getByLabel('Destination').selectOption('Another house account');
    await dialogOf(page).getByLabel('House account', { exact: true }).selectOption('fees');
    await dialogOf(page).getByLabel('Final').uncheck();
    await dialogOf(page).getByText('for the house account fees. 15.00 USD stays held.').waitFor();
    await dialogOf(page).getByRole('button', { name: 'Capture' }).click();
    await page.waitForURL(`**/console/holds/${hold.id}`);
    await page.getByRole('status').getByText('15.00', { exact: true }).waitFor();

    await page.getByRole('button', { name: 'Release' }).click();
    await dialogOf(page).getByText('15.00 USD returns to the wallet').waitFor();
    await dialogOf(page).getByRole('button', { name: 'Release' }).click();
    await page.getByRole('status').getByText('closed', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Capture' }).count()).toBe(0);
    expect((await rig.ask('GET', `/wallets/${wallet}`)).balance).toBe('20.00');
    await page.getByRole('link', { name: 'House accounts' }).click();
    await fees.getByText('10.00 USD').waitFor();
    await rig.service.stopWorkers();
  });

  it('adds an asset, and says why it cannot be added another way', async () => {
    const page = await rig.open('/assets');
    const add = async (decimals: string): Promise<void> => {
      await page.getByRole('button', { name: 'New asset' }).click();
      await dialogOf(page).getByLabel('Code').fill('gems');
      await dialogOf(page).getByLabel('Name').fill('Gems');
      await dialogOf(page).getByLabel('Decimals').fill(decimals);
      await dialogOf(page).getByRole('button', { name: 'Add asset' }).click();
    };
    await add('3');
    await page.getByRole('row', { name: 'GEMS Gems 3 yes' }).waitFor();
    await add('4');
    await dialogOf(page).getByRole('alert').getByText('An asset cannot be changed').waitFor();
  });

  it('keeps the filters and the page of a list in its address, where a link and the back button find them', async () => {
    const wallet = await rig.makeWallet();
    for (let n = 0; n < 51; n += 1) await rig.ask('POST', `/wallets/${wallet}/operation`, deposit('1'));
    const list = await rig.open(`/operations?wallet_id=${wallet}&status=pending`);
    const rows = list.getByRole('table', { name: 'Operations' }).locator('tbody tr');
    await rows.nth(49).waitFor();
    expect(await rows.count()).toBe(50);
    expect(await list.getByLabel('Status').inputValue()).toBe('pending');
    await list.getByRole('link', { name: 'Next page' }).click();
    await list.getByRole('link', { name: 'First page' }).waitFor();
    await rows.nth(1).waitFor({ state: 'detached' });
    expect(await rows.count()).toBe(1);
    const second = list.url();
    const elsewhere = await rig.open(new URL(second).pathname.replace('/console', '') + new URL(second).search);
    await elsewhere.getByRole('link', { name: 'First page' }).waitFor();
    expect(await elsewhere.getByRole('table').locator('tbody tr').count()).toBe(1);
    await list.goBack();
    await rows.nth(49).waitFor();
    // Another filter starts at the first page, and the back button skips it.
    await list.goto(second);
    await list.getByLabel('Status').selectOption('failed');
    await list.getByText('No operation matches these filters.').waitFor();
    expect(list.url()).not.toContain('cursor');
  });
});
