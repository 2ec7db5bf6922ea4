import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBrowser } from '../../support/browser.ts';
import { consumerA, debian, findBarriers, membersOf, offerOf, openAs, openWith } from '../../support/console.ts';
import { startGateway, startImagesApi, toEnvironment } from '../../support/gateway.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
  return () => browser.close();
});

const removal = `mutation { deleteImageMember(input: { imageId: "${debian}", memberId: "${consumerA}" }) { userErrors { code } } }`;

function decide(status: string): string {
  return `mutation { updateMemberStatus(input: { imageId: "${debian}", status: ${status} }) { userErrors { code } } }`;
}

describe('a console that nobody touches', () => {
  it('shows offers as they come, and counts them', async () => {
    await using imagesApi = await startImagesApi();
    await using gateway = await startGateway({
      ...toEnvironment(imagesApi.url),
      SUBSCRIPTION_POLL_INTERVAL_MS: '500',
    });
    await using tab = await openWith(browser, 'demo-consumer-a-token', gateway, '#/inbox');
    const { page } = tab;
    await page.getByRole('status').getByText('Live').waitFor();
    await page.getByRole('link', { name: 'Inbox 2 to decide' }).waitFor();
    const [id = ''] = await imagesApi.register(['Fresh build']);
    await imagesApi.share(id, [consumerA]);
    await offerOf(page, 'Fresh build').waitFor();
    await expect.poll(() => page.title()).toBe('(3) Inbox · Image sharing');
    expect(await findBarriers(page)).toEqual([]);
    expect(tab.complaints).toEqual([]);
  });

  it('shows what a consumer decides, in the members of an image', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'producer', gateway, `#/images?open=${debian}`);
    const member = membersOf(tab.page, 'Debian 12 (Bookworm)').getByRole('listitem').filter({ hasText: 'consumer-a' });
    await member.getByText('pending').waitFor();
    await tab.page.getByRole('status').getByText('Live').waitFor();
    tab.operations.length = 0;
    await gateway.query('demo-consumer-a-token', decide('ACCEPTED'));
    await member.getByText('accepted').waitFor();
    expect(tab.operations).toEqual([]);
  });

  it('says a word about an offer that was withdrawn', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'consumer-a', gateway, '#/inbox');
    await offerOf(tab.page, 'Debian 12 (Bookworm)').waitFor();
    await tab.page.getByRole('status').getByText('Live').waitFor();
    await gateway.query('demo-producer-token', removal);
    await tab.page.getByText('Debian 12 (Bookworm): no longer shared with you.').waitFor();
  });

  it('lists an image among the accepted ones that was accepted elsewhere', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'consumer-a', gateway, '#/inbox?status=accepted');
    await tab.page.getByRole('status').getByText('Live').waitFor();
    expect(await offerOf(tab.page, 'Debian 12 (Bookworm)').count()).toBe(0);
    await gateway.query('demo-consumer-a-token', decide('ACCEPTED'));
    await offerOf(tab.page, 'Debian 12 (Bookworm)').waitFor();
  });

  it('says that it reconnects, and misses nothing when the gateway is back', async () => {
    await using imagesApi = await startImagesApi();
    const first = await startGateway(toEnvironment(imagesApi.url));
    await using tab = await openWith(browser, 'demo-consumer-a-token', first, '#/inbox');
    const { page } = tab;
    await page.getByRole('status').getByText('Live').waitFor();
    await first.stop();
    await page.getByText('Reconnecting…').waitFor();
    const [id = ''] = await imagesApi.register(['Built meanwhile']);
    await imagesApi.share(id, [consumerA]);
    await using _second = await startGateway({
      ...toEnvironment(imagesApi.url),
      PORT: new URL(first.url).port,
    });
    await offerOf(page, 'Built meanwhile').waitFor({ timeout: 30_000 });
    await page.getByRole('status').getByText('Live').waitFor();
  });

  it('polls a gateway that serves no subscriptions, and says so', async () => {
    await using gateway = await startGateway({ SUBSCRIPTIONS_MAX: '0' });
    await using tab = await openAs(browser, 'consumer-a', gateway, '#/inbox');
    await tab.page.getByText('Every 15 s').waitFor();
    await offerOf(tab.page, 'Debian 12 (Bookworm)').waitFor();
    await gateway.query('demo-producer-token', removal);
    await tab.page.getByText('no longer shared with you').waitFor({ timeout: 30_000 });
  });

  it('polls where a proxy lets no WebSocket through', async () => {
    await using gateway = await startGateway();
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.routeWebSocket(/graphql/, (socket) => socket.close({ code: 1011 }));
    await page.goto(`${gateway.url}/console/#/inbox`);
    await page
      .getByRole('listitem')
      .getByRole('button', { name: /^consumer-a / })
      .click();
    await page.getByText('Every 15 s').waitFor({ timeout: 30_000 });
    await context.close();
  });
});
