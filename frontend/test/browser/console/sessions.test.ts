import type { Browser, Locator, Route } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, visit } from '../../support/browser.ts';
import { debian, lineOf, membersOf, offerOf, openAs, openWith, stranger } from '../../support/console.ts';
import { startGateway, startImagesApi, startSlowWay, toEnvironment } from '../../support/gateway.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
  return () => browser.close();
});

describe('identity', () => {
  it('a token is checked before anything is shown', async () => {
    await using gateway = await startGateway();
    await using tab = await visit(browser, `${gateway.url}/console/`);
    const { page } = tab;
    await page.getByLabel(/^Token/).fill('no-such-token');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('did not accept this token').waitFor();
    await page.getByLabel(/^Token/).fill('demo-consumer-b-token');
    await page.keyboard.press('Enter');
    await page.locator('summary').getByText('consumer-b').first().waitFor();
  });

  it('the header tells user, project, roles and expiry, and another project is a click away', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'producer-reader', gateway);
    const { page } = tab;
    await page.locator('summary').getByText('reader', { exact: true }).waitFor();
    await page.locator('summary').click();
    await page.getByText(/expires in/).waitFor();
    await page.getByText('Your only role is reader.', { exact: false }).waitFor();
    await page.getByRole('link', { name: 'Explorer' }).waitFor();
    await page.getByRole('button', { name: 'Switch project…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'consumer-b' }).click();
    await page.locator('summary').getByText('consumer-b').first().waitFor();
    await lineOf(page, 'Debian 12 (Bookworm)').waitFor({ state: 'detached' });
  });

  it('the token stays in the tab: in no address, and in no storage that outlives it', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'producer', gateway);
    const { page } = tab;
    await page.reload();
    await lineOf(page, 'Debian 12 (Bookworm)').waitFor();
    expect(tab.addresses.filter((address) => address.includes('demo-producer-token'))).toEqual([]);
    expect(await page.evaluate(() => JSON.stringify(localStorage) + document.cookie)).toBe('{}');
    await page.locator('summary').click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  });

  it('a token that expires is asked for again in place, and nothing is lost', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'producer', gateway, `#/images?share=${debian}`);
    const { page } = tab;
    await page.getByRole('combobox', { name: 'Share with' }).fill('stran');
    await page.route('**/graphql', (route) =>
      route.fulfill({ json: { errors: [{ message: 'expired', extensions: { code: 'UNAUTHENTICATED' } }] } }),
    );
    await readAgainUntil(page.getByRole('dialog', { name: 'Your token has expired' }));
    await page.unroute('**/graphql');
    await page.getByLabel('New token').fill('demo-producer-token');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Your token has expired' }).waitFor({ state: 'detached' });
    expect(await page.getByRole('combobox', { name: 'Share with' }).inputValue()).toBe('stran');
    await membersOf(page, 'Debian 12 (Bookworm)').waitFor();
  });

  it('a late refusal of the old token does not ask for a token again', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'producer', gateway);
    const { page } = tab;
    const refusal = { json: { errors: [{ message: 'expired', extensions: { code: 'UNAUTHENTICATED' } }] } };
    const held: Route[] = [];
    let isExpired = true;
    await page.route('**/graphql', (route) => {
      if (held.length > 0) return isExpired ? route.fulfill(refusal) : route.continue();
      held.push(route);
      return undefined;
    });
    const dialog = page.getByRole('dialog', { name: 'Your token has expired' });
    await readAgainUntil(dialog);
    isExpired = false;
    await page.getByLabel('New token').fill('demo-producer-token');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await held[0]?.fulfill(refusal);
    await page.waitForTimeout(300);
    expect(await dialog.count()).toBe(0);
  });
});

/** Makes the console read again until something is there: a read that is in progress answers for the next one. */
async function readAgainUntil(shown: Locator): Promise<void> {
  const read = () => shown.page().evaluate(() => dispatchEvent(new Event('online')));
  await expect.poll(() => read().then(() => shown.count()), { timeout: 20_000, interval: 250 }).toBe(1);
}

/** Clicks a button. @returns whether a skeleton for members is there before the browser does anything else; runs in the page. */
async function showsSkeletonOnClick(button: HTMLElement): Promise<boolean> {
  button.click();
  await new Promise((resolve) => setTimeout(resolve));
  return document.querySelector('[role=status][aria-label="Loading members"]') !== null;
}

describe('a slow Images API', () => {
  it('shows skeletons immediately and images after one call, before any member is read', async () => {
    await using imagesApi = await startImagesApi();
    await using way = await startSlowWay(imagesApi.url);
    await using gateway = await startGateway({ ...toEnvironment(imagesApi.url), IMAGES_API_URL: way.url });
    await using tab = await openWith(browser, 'demo-producer-token', gateway);
    const { page } = tab;
    await lineOf(page, 'Debian 12 (Bookworm)').waitFor();
    way.delayMs = 3_000;
    await page.reload();
    await page.getByRole('status', { name: 'Loading images' }).waitFor();
    const start = Date.now();
    await lineOf(page, 'Debian 12 (Bookworm)').waitFor();
    // One call, and not a second one after it.
    expect(Date.now() - start).toBeLessThan(6_000);
    const opener = page.getByRole('button', { name: 'Debian 12 (Bookworm)', exact: true });
    expect(await opener.evaluate(showsSkeletonOnClick)).toBe(true);
    await membersOf(page, 'Debian 12 (Bookworm)').waitFor();

    // The button locks while the sharing is under way, and a second press sends nothing.
    await page.getByRole('link', { name: 'Share Debian 12 (Bookworm)' }).click();
    await page.getByRole('combobox', { name: 'Share with' }).fill(stranger);
    tab.operations.length = 0;
    const share = page.getByRole('button', { name: /^Shar/ }).first();
    await share.dblclick();
    await page.getByRole('button', { name: 'Sharing…' }).waitFor();
    await page.getByText('1 shared.').waitFor();
    expect(tab.operations.filter((name) => name === 'Share')).toHaveLength(1);
  }, 120_000);
});

it('a change in one tab reaches the other', async () => {
  await using gateway = await startGateway();
  await using tab = await openAs(browser, 'stranger', gateway, '#/inbox');
  await tab.page.getByText('Nothing to decide.').waitFor();
  const other = await tab.page.context().newPage();
  await other.goto(`${gateway.url}/console/#/images?share=${debian}`);
  await other
    .getByRole('listitem')
    .getByRole('button', { name: /^producer / })
    .click();
  await other.getByRole('combobox', { name: 'Share with' }).fill('stranger');
  await other.keyboard.press('Enter');
  await other.keyboard.press('Enter');
  await other.getByText('1 shared.').waitFor();
  await offerOf(tab.page, 'Debian 12 (Bookworm)').waitFor();
});

describe('an error', () => {
  it('about an Images API that cannot be reached stands at the token, which stays', async () => {
    await using gateway = await startGateway({ IMAGES_API_URL: 'http://127.0.0.1:9', CONSOLE: 'true' });
    await using tab = await openWith(browser, 'any', gateway);
    await tab.page.getByRole('alert').getByText('cannot be reached at the moment').waitFor();
    expect(await tab.page.getByLabel(/^Token/).inputValue()).toBe('any');
  });

  it('about a gateway that is gone leaves what is on the screen', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'consumer-a', gateway, '#/inbox');
    const offer = offerOf(tab.page, 'Debian 12 (Bookworm)');
    await offer.waitFor();
    await gateway.stop();
    await offer.getByRole('button', { name: /^Accept/ }).click();
    await offer.getByText('The gateway did not answer.').waitFor();
  });
});

describe('on a line of 400 kbit/s', () => {
  const bytesPerSecond = 400_000 / 8;

  /** Loads the sign-in page over the slow line. @returns the time of its first paint, and the bytes that it took. */
  async function load(url: string) {
    await using tab = await visit(browser, 'about:blank');
    const { page } = tab;
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Network.enable');
    await devtools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 100,
      downloadThroughput: bytesPerSecond,
      uploadThroughput: bytesPerSecond,
    });
    await page.goto(`${url}/console/`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    return await page.evaluate(() => {
      const entries = ['navigation', 'resource'].flatMap(
        (type) =>
          performance.getEntriesByType(type) as (PerformanceResourceTiming & { renderBlockingStatus?: string })[],
      );
      const isBlocking = (entry: (typeof entries)[number]) =>
        entry.entryType === 'navigation' || entry.renderBlockingStatus === 'blocking';
      const sum = (some: typeof entries) => some.reduce((total, { transferSize }) => total + transferSize, 0);
      return {
        paintMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.POSITIVE_INFINITY,
        blockingBytes: sum(entries.filter(isBlocking)),
        bytes: sum(entries),
      };
    });
  }

  it('the page shell is painted within a second, and all scripts and styles are below 200 kB', async () => {
    await using gateway = await startGateway();
    // The fastest of three: the line is the same each time, and what else the machine does is not.
    const loads = [];
    for (let times = 0; times < 3; times++) loads.push(await load(gateway.url));
    expect(Math.min(...loads.map(({ paintMs }) => paintMs))).toBeLessThan(1_000);
    for (const { blockingBytes, bytes } of loads) {
      // Even while the scripts take half of the line, these arrive in half a second.
      expect(blockingBytes).toBeLessThan(bytesPerSecond / 4);
      expect(bytes).toBeLessThan(200_000);
    }
  });
});
