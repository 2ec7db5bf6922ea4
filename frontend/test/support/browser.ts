import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** Where Chromium is; Debian's package puts it there. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a browser; without Chromium the tests fail. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args });
}

/** A page of its own, with what it did. */
export interface Visit extends AsyncDisposable {
  readonly page: Page;
  /** The GraphQL operations that the page sent, by name. */
  readonly operations: string[];
  /** The addresses of everything it asked for. */
  readonly addresses: string[];
  /** What a browser complains about: scripts that throw, policies that are violated. */
  readonly complaints: string[];
}

/** Opens a page that nobody was at before. */
export async function visit(browser: Browser, url: string): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 900 } });
  const page = await context.newPage();
  const operations: string[] = [];
  const addresses: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    addresses.push(request.url());
    if (request.method() === 'POST') operations.push(request.postDataJSON().operationName);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.setDefaultTimeout(20_000);
  await page.goto(url);
  return { page, operations, addresses, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** Waits until something holds. */
export async function eventually(check: () => Promise<unknown> | unknown): Promise<void> {
  await expect.poll(check, { timeout: 10_000 }).toBe(true);
}
