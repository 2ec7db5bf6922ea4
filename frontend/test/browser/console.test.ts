import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, type Visit, visit } from '../support/browser.ts';
import { type Gateway, startGateway, startImagesApi } from '../support/gateway.ts';

const debian = '7b1e4d02-93c8-4f5a-8e66-a0d47c915f3e';
const consumerA = 'a41be2c97d0f4e5f9c6a7b8d9e0f1a2b';
const stranger = '5e0d4c3b2a19487f96857463524130ff';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
  return () => browser.close();
});

/** The console in a fresh browser tab, as one of the people of the embedded Images API. */
async function openAs(name: string, gateway: Gateway): Promise<Visit> {
  const tab = await visit(browser, `${gateway.url}/console`);
  await tab.page
    .getByRole('listitem')
    .getByRole('button', { name: new RegExp(`^${name} `) })
    .click();
  await tab.page.getByRole('heading', { level: 2 }).waitFor();
  return tab;
}

function membersOf(page: Page, image: string) {
  return page.getByRole('list', { name: `Members of ${image}` });
}

/** The console in a fresh browser tab, with a token that is typed in. */
async function openWith(token: string, gateway: Gateway): Promise<Visit> {
  const tab = await visit(browser, `${gateway.url}/console`);
  await tab.page.getByLabel('Your token').fill(token);
  await tab.page.keyboard.press('Enter');
  return tab;
}

/** The names of the images in a group of the consumer's screen. */
function group(page: Page, title: RegExp) {
  return page.getByRole('region', { name: title });
}

describe('the producer', () => {
  it('sees its own shared images with their members, and no others', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs('producer', gateway);
    const { page } = tab;
    await membersOf(page, 'Debian 12 (Bookworm)').waitFor();
    expect(await membersOf(page, 'Debian 12 (Bookworm)').getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringMatching(/^consumer-a\s+pending/),
      expect.stringMatching(/^consumer-b\s+accepted/),
    ]);
    expect(await page.getByText('Golden base (internal)').count()).toBe(0);
    expect(tab.complaints).toEqual([]);
  });

  it('shares several images with several projects at once, and is told what became of each', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs('producer', gateway);
    const { page, operations } = tab;
    await page.getByRole('checkbox', { name: 'Debian 12 (Bookworm)' }).check();
    await page.getByRole('checkbox', { name: 'Nightly build 2026-11-20' }).check();
    await page.getByLabel('Projects').fill(`${consumerA} ${stranger} not/a/project`);
    operations.length = 0;
    await page.getByRole('button', { name: 'Share 2 images', exact: true }).click();

    const results = page.getByRole('region', { name: 'Results' });
    await results.getByText('3 shared, 2 refused, 1 was shared already').waitFor();
    expect(
      await results
        .getByText(/Debian 12 .* stranger/)
        .locator('..')
        .innerText(),
    ).toContain('shared');
    expect(await results.locator('.refused .why').allInnerTexts()).toHaveLength(2);
    await membersOf(page, 'Debian 12 (Bookworm)').getByText('stranger').waitFor();
    expect(await membersOf(page, 'Nightly build 2026-11-20').getByRole('listitem').count()).toBe(2);
    expect(operations).toEqual(['Share']);
  });

  it('stops sharing with one member by its button', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs('producer', gateway);
    const { page, operations } = tab;
    await membersOf(page, 'Debian 12 (Bookworm)').waitFor();
    operations.length = 0;
    await page.getByRole('button', { name: 'Stop sharing Debian 12 (Bookworm) with consumer-a' }).click();
    await page.getByRole('region', { name: 'Results' }).getByText('1 no longer shared').waitFor();
    expect(await membersOf(page, 'Debian 12 (Bookworm)').getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringMatching(/^consumer-b/),
    ]);
    expect(operations).toEqual(['StopSharing']);
  });

  it('stops sharing all images with several projects at once', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs('producer', gateway);
    const { page } = tab;
    await page.getByRole('checkbox', { name: 'Choose all 9 images' }).check();
    await page.getByRole('button', { name: 'consumer-a', exact: true }).click();
    await page.getByRole('button', { name: 'consumer-b', exact: true }).click();
    await page.getByRole('button', { name: 'Stop sharing 9 images' }).click();
    await page.getByText(/^13 no longer shared, 5 was not shared$|^5 was not shared, 13 no longer shared$/).waitFor();
    expect(await page.getByText('Shared with nobody.').count()).toBe(9);
  });

  it('is told what is missing before anything is sent', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs('producer', gateway);
    const { page, operations } = tab;
    await page.getByRole('button', { name: 'Share 0 images', exact: true }).click();
    await page.getByRole('alert').getByText('Name at least one project.').waitFor();
    await page.getByLabel('Projects').fill(stranger);
    await page.getByRole('button', { name: 'Share 0 images', exact: true }).click();
    await page.getByRole('alert').getByText('Choose at least one image below.').waitFor();
    expect(operations).not.toContain('Share');
  });

  it('sees a long list a page at a time', async () => {
    await using imagesApi = await startImagesApi();
    await imagesApi.register(Array.from({ length: 50 }, (_, index) => `Image ${index}`));
    await using gateway = await startGateway({ IMAGES_API_URL: imagesApi.url, CONSOLE: 'true' });
    await using tab = await openWith('demo-producer-token', gateway);
    await tab.page.getByText('Choose all 50 images').waitFor();
    expect(await tab.page.getByText('Debian 12').count()).toBe(0);
    await tab.page.getByRole('button', { name: 'Load more images' }).click();
    await tab.page.getByText('Choose all 59 images').waitFor();
    await membersOf(tab.page, 'Debian 12 (Bookworm)').waitFor();
    expect(await tab.page.getByRole('button', { name: 'Load more images' }).count()).toBe(0);
    expect(tab.operations).toEqual(['SharedImages', 'SharedImages']);
  });

  it('who owns nothing is told so', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs('stranger', gateway);
    await tab.page.getByText('You own no shared images.').waitFor();
  });
});

describe('the consumer', () => {
  it('accepts, hides and rejects; the image moves, and nothing is fetched again', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs('consumer-a', gateway);
    const { page, operations } = tab;
    await page.getByRole('button', { name: 'Accept Debian 12 (Bookworm)' }).waitFor();
    expect(await page.getByText('Data science notebook').count()).toBe(0);
    operations.length = 0;

    await page.getByRole('button', { name: 'Accept Debian 12 (Bookworm)' }).click();
    await group(page, /^Accepted/)
      .getByText('Debian 12 (Bookworm)')
      .waitFor();
    await page.getByRole('button', { name: 'Hide Debian 12 (Bookworm)' }).click();
    await group(page, /^To decide/)
      .getByText('Debian 12 (Bookworm)')
      .waitFor();
    await page.getByRole('button', { name: 'Reject Debian 12 (Bookworm)' }).click();
    await group(page, /^Rejected/)
      .getByText('Debian 12 (Bookworm)')
      .waitFor();
    expect(operations).toEqual(['Decide', 'Decide', 'Decide']);
    expect(tab.complaints).toEqual([]);

    await using producer = await openAs('producer', gateway);
    const members = membersOf(producer.page, 'Debian 12 (Bookworm)');
    await members.getByRole('listitem').filter({ hasText: 'consumer-a' }).getByText('rejected').waitFor();
  });

  it('is told when the sharing was ended meanwhile', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs('consumer-a', gateway);
    await tab.page.getByRole('button', { name: 'Accept Debian 12 (Bookworm)' }).waitFor();
    await gateway.query(
      'demo-producer-token',
      `mutation { deleteImageMember(input: { imageId: "${debian}", memberId: "${consumerA}" }) { userErrors { code } } }`,
    );
    await tab.page.getByRole('button', { name: 'Accept Debian 12 (Bookworm)' }).click();
    const notice = tab.page.getByRole('status').filter({ hasText: debian });
    await notice.waitFor();
    expect(await notice.getAttribute('class')).toContain('bad');
    expect(
      await group(tab.page, /^Accepted/)
        .getByText('Debian 12')
        .count(),
    ).toBe(0);
  });
});

describe('an error', () => {
  it('about a token that is not accepted says so, and another one can be chosen', async () => {
    await using gateway = await startGateway();
    await using tab = await visit(browser, `${gateway.url}/console`);
    await tab.page.getByLabel('Or use another token').fill('no-such-token');
    await tab.page.getByRole('button', { name: 'Use this token' }).click();
    await tab.page.getByRole('alert').getByText('did not take this token').waitFor();
    await tab.page.getByRole('button', { name: 'Be somebody else' }).click();
    await tab.page.getByRole('heading', { name: 'Who are you?' }).waitFor();
  });

  it('about an Images API that cannot be reached can be tried again', async () => {
    await using gateway = await startGateway({ IMAGES_API_URL: 'http://127.0.0.1:9', CONSOLE: 'true' });
    await using tab = await openWith('any', gateway);
    await tab.page.getByRole('alert').getByText('cannot be reached at the moment').waitFor();
    const before = tab.operations.length;
    await tab.page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => tab.operations.length).toBeGreaterThan(before);
  });

  it('about single rows stands at these rows', async () => {
    await using imagesApi = await startImagesApi();
    await using gateway = await startGateway({ IMAGES_API_URL: imagesApi.url, CONSOLE: 'true' });
    await using tab = await openWith('demo-producer-token', gateway);
    await tab.page.getByRole('checkbox', { name: 'Choose all 9 images' }).check();
    await tab.page.getByLabel('Projects').fill(stranger);
    await imagesApi.stop();
    await tab.page.getByRole('button', { name: 'Share 9 images', exact: true }).click();
    const results = tab.page.getByRole('region', { name: 'Results' });
    await results.getByText(/^9 (?:failed|unknown)$/).waitFor();
    expect(await results.locator('li .why').count()).toBe(9);
    expect(await membersOf(tab.page, 'Debian 12 (Bookworm)').getByText('stranger').count()).toBe(0);
  });

  it('about a gateway that is gone leaves what is on the screen', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs('consumer-a', gateway);
    await tab.page.getByRole('button', { name: 'Accept Debian 12 (Bookworm)' }).waitFor();
    await gateway.stop();
    await tab.page.getByRole('button', { name: 'Accept Debian 12 (Bookworm)' }).click();
    await tab.page.getByRole('status').getByText('The gateway did not answer.').waitFor();
    await group(tab.page, /^To decide/)
      .getByText('Debian 12 (Bookworm)')
      .waitFor();
  });
});

it('the keyboard is enough, and the focus goes where something happened', async () => {
  await using gateway = await startGateway();
  await using tab = await visit(browser, `${gateway.url}/console`);
  const { page } = tab;
  const focused = () =>
    page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent);
  async function tabTo(name: RegExp): Promise<void> {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press('Tab');
      const labels = await page.evaluate(() => {
        const element = document.activeElement;
        const label =
          element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.labels?.[0] : element;
        return element?.getAttribute('aria-label') ?? label?.textContent ?? '';
      });
      if (name.test(labels)) return;
    }
    throw new Error(`the Tab key does not lead to ${name}`);
  }

  await tabTo(/^producer/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Your images' }).waitFor();
  await page.getByLabel('Projects').waitFor();
  await tabTo(/^Projects$/);
  await page.keyboard.type(stranger);
  await tabTo(/^Nightly build/);
  await page.keyboard.press('Space');
  await page.getByLabel('Projects').focus();
  await page.keyboard.press('Tab');
  await tabTo(/^Share 1 image$/);
  await page.keyboard.press('Enter');
  await page.getByText('1 shared').waitFor();
  expect(await focused()).toBe('Results');
  expect(await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle)).toBe(
    'solid',
  );

  await page.keyboard.press('Shift+Tab');
  await page.getByRole('link', { name: 'Shared with you' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Shared with you' }).waitFor();
});

it('a decision by keyboard goes on from what is said about it', async () => {
  await using gateway = await startGateway();
  await using tab = await openAs('consumer-b', gateway);
  const { page } = tab;
  await page.getByRole('button', { name: /^Accept Ubuntu 24.04/ }).focus();
  await page.keyboard.press('Space');
  await page.getByRole('status').getByText('is in your image list now').waitFor();
  expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('status');
});

it('the token stays in the tab: in no address, and in no storage that outlives it', async () => {
  await using gateway = await startGateway();
  await using tab = await openAs('producer', gateway);
  await membersOf(tab.page, 'Debian 12 (Bookworm)').waitFor();
  await tab.page.reload();
  await membersOf(tab.page, 'Debian 12 (Bookworm)').waitFor();
  expect(tab.addresses.filter((address) => address.includes('demo-producer-token'))).toEqual([]);
  expect(await tab.page.evaluate(() => JSON.stringify(localStorage) + document.cookie)).toBe('{}');
  await tab.page.getByRole('button', { name: 'Be somebody else' }).click();
  expect(await tab.page.evaluate(() => sessionStorage.length)).toBe(0);
});

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  it.each([
    ['nobody', 1100],
    ['producer', 1100],
    ['consumer-a', 390],
  ])('what %s sees has no barrier that can be found by a program, at %i pixels', async (name, width) => {
    await using gateway = await startGateway();
    await using tab = name === 'nobody' ? await visit(browser, `${gateway.url}/console`) : await openAs(name, gateway);
    await tab.page.emulateMedia({ colorScheme });
    await tab.page.setViewportSize({ width, height: 900 });
    if (name === 'producer') {
      await tab.page.getByRole('checkbox', { name: 'Nightly build 2026-11-20' }).check();
      await tab.page.getByLabel('Projects').fill(`${stranger} not/a/project`);
      await tab.page.getByRole('button', { name: 'Share 1 image', exact: true }).click();
      await tab.page.getByText('1 shared, 1 refused').waitFor();
    }
    if (name === 'consumer-a') await tab.page.getByRole('button', { name: /^Accept Debian/ }).waitFor();
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    await tab.page.evaluate(axe);
    const violations = await tab.page.evaluate(async () => {
      const { axe } = globalThis as unknown as typeof import('axe-core') & { axe: typeof import('axe-core') };
      const { violations, passes } = await axe.run();
      if (passes.length < 10) return ['next to nothing was looked at'];
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    });
    expect(violations).toEqual([]);
    const overflow = await tab.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });
});
