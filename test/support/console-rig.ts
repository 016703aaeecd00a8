import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchChromium } from '@wallet/bench/chromium';
import type { Scope } from '@wallet/shared/words/api-key';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { bearer, makeKey, untilGood } from './keys.ts';
import { type Service, startService } from './service.ts';

/** The variants of looking at a page. */
interface Look {
  readonly width?: number;
  readonly scheme?: 'light' | 'dark';
}

/** A service with keys, and one browser that looks at its console. */
export interface ConsoleRig {
  readonly service: Service;
  /** Of a key with all scopes. */
  readonly token: string;
  /** Calls the API with that key. @throws Error if it refuses. */
  ask(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<any>;
  /** A wallet in USD with a balance, if one is given. */
  makeWallet(balance?: string): Promise<string>;
  /** A tab of its own, signed in with `token` (by default the rig's; null signs nobody in), on a path of the console. */
  open(path: string, options?: Look & { token?: string | null }): Promise<Page>;
  /** A key with these scopes only. */
  keyWith(...scopes: Scope[]): Promise<string>;
  /**
   * Closes all tabs. Returns what must not have happened in them: a request to another host, a refusal by the policy of
   * the page, an error or a warning in the console, an uncaught exception.
   */
  closeTabs(): Promise<string[]>;
  stop(): Promise<void>;
}

const WAIT = { Prefer: 'wait=10' };
const HEIGHT = 900;
const PATIENCE_MS = 20_000;

/** @throws Error that says what to do if the console is not built. */
export async function startConsole(options: { worker?: boolean } = {}): Promise<ConsoleRig> {
  const service = await startService(options);
  const page = await fetch(`${service.url}/console/`);
  if (!page.ok) {
    await service.stop();
    throw new Error(await page.text());
  }
  const browser = await launchChromium();
  const { token } = await makeKey(service.database, { name: 'operator' });
  await untilGood(service.url, token);
  const tabs: { context: BrowserContext; problems: string[] }[] = [];

  async function ask(method: string, path: string, body?: object, headers = {}): Promise<any> {
    const response = await fetch(`${service.url}/api/v1${path}`, {
      method,
      headers: { ...bearer(token), ...(body && { 'Content-Type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  return {
    ...{ service, token, ask },
    async makeWallet(balance) {
      const { id } = await ask('POST', '/wallets', { asset: 'USD' });
      if (balance !== undefined) await ask('POST', `/wallets/${id}/operation`, deposit(balance), WAIT);
      return id as string;
    },
    async open(path, { token: given = token, ...look } = {}) {
      const context = await newContext(browser, given, look);
      const problems: string[] = [];
      tabs.push({ context, problems });
      const page = await context.newPage();
      watch(page, service.url, problems);
      await page.goto(`${service.url}/console${path}`);
      return page;
    },
    async keyWith(...scopes) {
      const made = await makeKey(service.database, { name: scopes.join(' and '), scopes });
      await untilGood(service.url, made.token);
      return made.token;
    },
    async closeTabs() {
      const closed = tabs.splice(0);
      await Promise.all(closed.map(({ context }) => context.close()));
      return closed.flatMap(({ problems }) => problems);
    },
    async stop() {
      await browser.close();
      await service.stop();
    },
  };
}

export function deposit(amount: string): object {
  return { operation_type: 'DEPOSIT', amount };
}

async function newContext(browser: Browser, token: string | null, { width = 1_400, scheme = 'light' }: Look) {
  const context = await browser.newContext({
    viewport: { width, height: HEIGHT },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  context.setDefaultTimeout(PATIENCE_MS);
  if (token !== null) {
    await context.addInitScript(`sessionStorage.setItem('wallet-console-key', '${token}')`);
  }
  return context;
}

function watch(page: Page, origin: string, problems: string[]): void {
  page.on('request', (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(`${origin}/`)) problems.push(request.url());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type())) return;
    // A browser logs each 4xx answer of the API. The page shows it, and tests look there.
    const isRefusal = /status of 4\d\d/.test(message.text()) && message.location().url.startsWith(`${origin}/api/v1/`);
    if (!isRefusal) problems.push(`${message.text()} (${message.location().url})`);
  });
}

/** Whether a page is wider than its window, or a dialog wider than its frame. */
export async function overflows(page: Page): Promise<boolean> {
  return await page.evaluate<boolean>(
    "[document.documentElement, ...document.querySelectorAll('[role=dialog]')].some((each) => each.scrollWidth > each.clientWidth)",
  );
}

/** With `TEST_SCREENSHOTS`, which names a folder, a picture of the whole page is saved there. */
export async function takePicture(page: Page, name: string): Promise<void> {
  const folder = process.env['TEST_SCREENSHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
