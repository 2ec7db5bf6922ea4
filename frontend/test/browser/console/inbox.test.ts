import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBrowser } from '../../support/browser.ts';
import { consumerA, debian, offerOf, openAs, openWith } from '../../support/console.ts';
import { startGateway, startImagesApi, toEnvironment } from '../../support/gateway.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
  return () => browser.close();
});

const removal = `mutation { deleteImageMember(input: { imageId: "${debian}", memberId: "${consumerA}" }) { userErrors { code } } }`;

describe('the inbox', () => {
  it('shows the number of pending offers in tab and title; a decided row stays in place', async () => {
    // A live list may be read once more after a decision.
    await using gateway = await startGateway({ SUBSCRIPTIONS_MAX: '0' });
    await using tab = await openAs(browser, 'consumer-a', gateway);
    const { page, operations } = tab;
    await page.getByRole('link', { name: 'Inbox 2 to decide' }).click();
    await expect.poll(() => page.title()).toBe('(2) Inbox · Image sharing');
    const offer = offerOf(page, 'Debian 12 (Bookworm)');
    const before = await offer.boundingBox();
    operations.length = 0;
    await offer.getByRole('button', { name: 'Accept Debian 12 (Bookworm)' }).click();
    await offer.getByText('In your image list.').waitFor();
    expect((await offer.boundingBox())?.y).toBe(before?.y);
    await expect.poll(() => page.title()).toBe('(1) Inbox · Image sharing');
    await offer.getByRole('button', { name: 'Decide later Debian 12 (Bookworm)' }).click();
    await offer.getByRole('button', { name: 'Reject Debian 12 (Bookworm)' }).click();
    await offer.getByText('rejected').waitFor();
    expect(operations).toEqual(['Decide', 'Decide', 'Decide']);
    await page.getByRole('navigation', { name: 'Status' }).getByRole('link', { name: 'Rejected' }).click();
    await offerOf(page, 'Debian 12 (Bookworm)')
      .getByRole('button', { name: /^Accept/ })
      .waitFor();
    expect(page.url()).toContain('status=rejected');
    expect(tab.complaints).toEqual([]);
  });

  it('finds 60 pending offers behind 60 accepted ones, and accepts them all', async () => {
    await using imagesApi = await startImagesApi();
    const names = Array.from({ length: 120 }, (_, index) => `Build ${String(index).padStart(3, '0')}`);
    const ids = await imagesApi.register(names);
    for (const id of ids) await imagesApi.share(id, [consumerA]);
    await using gateway = await startGateway(toEnvironment(imagesApi.url));
    const accepted = ids.slice(60).map((id) => `"${id}"`);
    await gateway.query(
      'demo-consumer-a-token',
      `mutation { updateMemberStatuses(input: { imageIds: [${accepted}], status: ACCEPTED }) { userErrors { code } } }`,
    );
    await using tab = await openWith(browser, 'demo-consumer-a-token', gateway, '#/inbox?status=pending');
    const { page, operations } = tab;
    await page.getByRole('button', { name: 'Accept these 50' }).waitFor();
    expect(await page.getByText('Nothing to decide.').count()).toBe(0);
    await page.getByRole('button', { name: 'Load more images' }).click();
    operations.length = 0;
    await page.getByRole('button', { name: 'Accept all 62' }).click();
    await page.getByText('62 accepted.').waitFor();
    expect(operations).toEqual(['Decide']);
    await page.reload();
    await page.getByText('Nothing to decide.').waitFor();
  }, 120_000);

  it('accepts the selected offers', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'consumer-a', gateway, '#/inbox');
    const { page } = tab;
    await page.getByRole('checkbox', { name: 'Select Debian 12 (Bookworm)' }).check();
    await page.getByRole('button', { name: 'Accept selected (1)' }).click();
    await page.getByText('1 accepted.').waitFor();
    await offerOf(page, 'Debian 12 (Bookworm)').getByText('accepted').waitFor();
    await offerOf(page, 'GPU compute (CUDA 13.0, Ubuntu 24.04)').getByText('pending').waitFor();
  });

  it('finds an offer by the id of its image, whatever its status', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'consumer-a', gateway, '#/inbox');
    const { page } = tab;
    await page.getByRole('button', { name: 'I have an image id…' }).click();
    await page.getByRole('textbox', { name: 'Image id' }).fill('c96d0f37-2e8b-4a41-b5d9-18f3e6a47c02');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Shared image' });
    await dialog.getByRole('button', { name: 'Accept Windows Server 2025 Standard' }).click();
    await dialog.getByText('In your image list.').waitFor();
    await page.goto(`${gateway.url}/console/#/inbox?image=no-such-image`);
    await page.getByText('No image with this id is shared with your project.').waitFor();
  });

  it('explains that an offer was withdrawn', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'consumer-a', gateway, '#/inbox');
    const { page } = tab;
    await offerOf(page, 'Debian 12 (Bookworm)').waitFor();
    await gateway.query('demo-producer-token', removal);
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await page.getByText('Debian 12 (Bookworm): no longer shared with you.').waitFor();
    expect(await offerOf(page, 'Debian 12 (Bookworm)').count()).toBe(0);
  });

  it('reads again when its window gets the focus', async () => {
    // Neither live nor, for 15 seconds, polled.
    await using gateway = await startGateway({ SUBSCRIPTIONS_MAX: '0' });
    await using tab = await openAs(browser, 'consumer-a', gateway, '#/inbox');
    const { page } = tab;
    await offerOf(page, 'Debian 12 (Bookworm)').waitFor();
    await gateway.query('demo-producer-token', removal);
    // A window that gets the focus sooner does not read again.
    await page.waitForTimeout(5_000);
    expect(await offerOf(page, 'Debian 12 (Bookworm)').count()).toBe(1);
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await page.getByText('Debian 12 (Bookworm): no longer shared with you.').waitFor({ timeout: 5_000 });
  });

  it('shows at its row that an offer was withdrawn before the decision', async () => {
    // A live list would not show the offer any more.
    await using gateway = await startGateway({ SUBSCRIPTIONS_MAX: '0' });
    await using tab = await openAs(browser, 'consumer-a', gateway, '#/inbox');
    const offer = offerOf(tab.page, 'Debian 12 (Bookworm)');
    await offer.waitFor();
    await gateway.query('demo-producer-token', removal);
    await offer.getByRole('button', { name: /^Accept/ }).click();
    await offer.getByRole('alert').waitFor();
    expect(await offer.getByText('accepted').count()).toBe(0);
  });
});
