import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBrowser } from '../../support/browser.ts';
import { consumerA, debian, lineOf, membersOf, openAs, openWith, stranger, ubuntu } from '../../support/console.ts';
import { startGateway, startImagesApi, toEnvironment } from '../../support/gateway.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
  return () => browser.close();
});

const field = (page: Page) => page.getByRole('combobox', { name: 'Share with' });
const chosen = (page: Page) => page.getByRole('list', { name: 'Projects to share with' }).getByRole('listitem');
const result = (page: Page) => page.getByRole('region', { name: 'Result' });

describe('the share dialog', () => {
  it('shares one image with a project by its name, shows who has access, and has an address of its own', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'producer', gateway);
    const { page, operations } = tab;
    await page.getByRole('link', { name: 'Share Debian 12 (Bookworm)' }).click();
    expect(page.url()).toContain(`share=${debian}`);
    await page.reload();
    await membersOf(page, 'Debian 12 (Bookworm)').getByText('consumer-a').waitFor();
    await field(page).fill('stranger');
    await page.keyboard.press('Enter');
    await expect.poll(() => chosen(page).allInnerTexts()).toEqual([expect.stringContaining('stranger')]);
    await page.getByText('1 new').waitFor();
    operations.length = 0;
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await result(page).getByText('1 shared.').waitFor();
    await membersOf(page, 'Debian 12 (Bookworm)').getByText('stranger').waitFor();
    expect(operations).toEqual(['Share']);
    await page.getByRole('button', { name: 'Done' }).click();
    expect(page.url()).not.toContain('share=');
    expect(tab.complaints).toEqual([]);
  });

  it('shares several images with several projects in one call, failures first and with their reasons', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'producer', gateway);
    const { page, operations } = tab;
    await page.getByRole('checkbox', { name: 'Select Debian 12 (Bookworm)' }).check();
    await page.getByRole('checkbox', { name: 'Select Nightly build 2026-11-20' }).check();
    await page.getByRole('checkbox', { name: 'Select Golden base (internal)' }).check();
    await page.getByRole('region', { name: 'Selected images' }).getByRole('link', { name: 'Share…' }).click();
    await page.getByText('Make 1 private image shareable first').waitFor();
    await field(page).fill(`${consumerA} ${stranger} not/a/project`);
    await page.keyboard.press('Enter');
    await chosen(page).filter({ hasText: 'not/a/project' }).getByText('cannot be checked').waitFor();
    await page.getByText('8 new, 1 already shared').waitFor();
    operations.length = 0;
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await result(page).getByText('3 refused, 5 shared, 1 already shared.').waitFor();
    expect(await result(page).getByRole('listitem').count()).toBe(3);
    expect(operations.filter((name) => name === 'Share')).toEqual(['Share']);
    await page.getByRole('button', { name: 'Done' }).click();
    await lineOf(page, 'Golden base (internal)')
      .getByRole('link', { name: /^Share/ })
      .waitFor();
  });

  it('resolves names, remembers pasted ids, refuses the owner, and marks ids that cannot be checked', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'producer', gateway, `#/images?share=${debian},${ubuntu}`);
    const { page } = tab;
    await page.getByText('2 of 2 images').first().waitFor();
    // A name that is typed without choosing a suggestion still stands for its project.
    await field(page).fill('CONSUMER-A');
    await page.getByText('2 already shared', { exact: false }).waitFor();
    await field(page).fill('producer');
    await page.keyboard.press('Enter');
    await page.getByText('That project owns the image').waitFor();
    expect(await chosen(page).count()).toBe(0);

    const pasted = `web-team 0123456789abcdef0123456789abcdef\n${stranger}`;
    await field(page).evaluate((input, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text', text);
      input.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, pasted);
    await chosen(page).filter({ hasText: 'web-team' }).waitFor();
    expect(await chosen(page).count()).toBe(2);
    // What was entered stays after a look at another screen, and after a reload.
    await page.reload();
    await chosen(page).filter({ hasText: 'web-team' }).waitFor();
    await page.getByRole('button', { name: 'Leave out web-team' }).click();
    await field(page).fill('web');
    await page.getByRole('option', { name: /web-team/ }).waitFor();
  });

  it('retries what failed in one call', async () => {
    await using imagesApi = await startImagesApi();
    await using gateway = await startGateway({ ...toEnvironment(imagesApi.url), UPSTREAM_BREAKER_FAILURES: '0' });
    await using tab = await openWith(browser, 'demo-producer-token', gateway, `#/images?share=${debian},${ubuntu}`);
    const { page, operations } = tab;
    await page.getByText('2 of 2 images').first().waitFor();
    await field(page).fill(stranger);
    await page.route('**/graphql', (route) =>
      route.request().postDataJSON().operationName === 'Share'
        ? route.fulfill({
            json: {
              data: {
                createImageMembers: {
                  __typename: 'CreateImageMembersPayload',
                  imageChanges: [],
                  userErrors: [],
                  changes: [debian, ubuntu].map((imageId) => ({
                    __typename: 'ImageMemberChange',
                    imageId,
                    memberId: stranger,
                    action: 'ADD',
                    outcome: 'FAILED',
                    imageMember: null,
                    userErrors: [],
                  })),
                },
              },
              errors: [0, 1].map((index) => ({
                message: 'The Images API cannot be reached.',
                path: ['createImageMembers', 'changes', index],
              })),
            },
          })
        : route.continue(),
    );
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await result(page).getByText('2 failed.').waitFor();
    expect(await result(page).getByText('cannot be reached').count()).toBe(2);
    await page.unroute('**/graphql');
    operations.length = 0;
    await page.getByRole('button', { name: 'Retry 2 failed' }).click();
    await result(page).getByText('2 shared.').waitFor();
    expect(operations.filter((name) => name === 'Share')).toEqual(['Share']);
  });

  it('copies a note for the consumer that leads to the offer', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'producer', gateway, `#/images?share=${debian}`);
    const { page } = tab;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await field(page).fill('stranger');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Copy a note for the consumer' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const note = await page.evaluate(() => navigator.clipboard.readText());
    expect(note).toContain('Debian 12 (Bookworm)');
    expect(note).toContain(`openstack image set --accept ${debian}`);
    const [link = ''] = /http:\S+/.exec(note) ?? [];
    await using consumer = await openAs(browser, 'stranger', gateway, new URL(link).hash);
    const offer = consumer.page.getByRole('dialog', { name: 'Shared image' });
    await offer.getByRole('button', { name: 'Accept Debian 12 (Bookworm)' }).click();
    await offer.getByText('In your image list.').waitFor();
  });

  it('shows 60 members of an image', async () => {
    await using imagesApi = await startImagesApi();
    await imagesApi.share(
      debian,
      Array.from({ length: 58 }, (_, index) => index.toString(16).padStart(32, '0')),
    );
    await using gateway = await startGateway(toEnvironment(imagesApi.url));
    await using tab = await openWith(browser, 'demo-producer-token', gateway, `#/images?share=${debian}`);
    const members = membersOf(tab.page, 'Debian 12 (Bookworm)').getByRole('listitem');
    await expect.poll(() => members.count()).toBe(60);
    await field(tab.page).fill('stran');
    await members.last().scrollIntoViewIfNeeded();
  });
});

describe('removing a member', () => {
  it('can be undone for ten seconds, and a double click removes nothing else', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'producer', gateway, `#/images?open=${debian}`);
    const { page, operations } = tab;
    const members = membersOf(page, 'Debian 12 (Bookworm)').getByRole('listitem');
    const button = page.getByRole('button', { name: 'Stop sharing Debian 12 (Bookworm) with consumer-a' });
    const before = await button.boundingBox();
    await button.dblclick();
    await members.first().getByRole('button', { name: 'Undo' }).waitFor();
    expect(await members.count()).toBe(2);
    expect(await button.boundingBox()).toEqual(before);
    expect(operations).not.toContain('StopSharing');
    await members.first().getByRole('button', { name: 'Undo' }).click();
    await members.first().getByText('pending').waitFor();

    await button.click();
    await page
      .getByRole('list', { name: 'Removals' })
      .getByText(/^Removing consumer-a/)
      .waitFor();
    await expect.poll(() => members.first().innerText(), { timeout: 15_000 }).toContain('no longer shared');
    expect(await members.count()).toBe(2);
    expect(operations.filter((name) => name === 'StopSharing')).toHaveLength(1);
  });

  it('is sent when the page is left before', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'producer', gateway, `#/images?open=${debian}`);
    await tab.page.getByRole('button', { name: 'Stop sharing Debian 12 (Bookworm) with consumer-a' }).click();
    await tab.page.getByRole('list', { name: 'Removals' }).getByText('Removing').waitFor();
    await tab.page.goto(`${gateway.url}/healthz`);
    await expect
      .poll(async () =>
        JSON.stringify(
          await gateway.query('demo-producer-token', `{ image(id: "${debian}") { members { memberId } } }`),
        ),
      )
      .not.toContain(consumerA);
  });

  it('is confirmed once by administrators', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'admin', gateway, `#/images?scope=all&open=${debian}`);
    const { page } = tab;
    await page.getByRole('button', { name: /^Stop sharing Debian.* consumer-a$/ }).click();
    await page.getByRole('dialog').getByText('You act as an administrator').waitFor();
    await page.getByRole('button', { name: 'Remove 1 member' }).click();
    await page.getByRole('list', { name: 'Removals' }).getByText('Removing').waitFor();
  });

  it('of many images is confirmed once, with the count', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'producer', gateway);
    const { page, operations } = tab;
    await page.getByRole('checkbox', { name: 'Select all images that can be shared' }).check();
    await page.getByRole('link', { name: 'Stop sharing…' }).click();
    const dialog = page.getByRole('dialog');
    await expect.poll(() => dialog.getByText(/^Loaded \d+ of/).count()).toBe(0);
    for (const name of ['consumer-a', 'consumer-b']) await dialog.getByRole('checkbox', { name }).check();
    await dialog.getByRole('button', { name: 'Remove 13 members' }).click();
    await result(page)
      .getByText(/13 no longer shared/)
      .waitFor();
    expect(operations.filter((name) => name === 'StopSharing')).toHaveLength(1);
    await dialog.getByText('These images are not shared with anyone.').waitFor();
  });
});
