import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, type Visit, visit } from '../../support/browser.ts';
import { debian, findBarriers, lineOf, membersOf, offerOf, openAs, ubuntu } from '../../support/console.ts';
import { startGateway } from '../../support/gateway.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
  return () => browser.close();
});

const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent);

describe('the keyboard', () => {
  it('shares an image with ten keystrokes besides the name, and keeps the focus at the result', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'producer', gateway);
    const { page } = tab;
    await page.reload();
    await lineOf(page, 'Nightly build 2026-11-20').waitFor();
    let keys = 0;
    async function press(key: string): Promise<void> {
      keys++;
      await page.keyboard.press(key);
    }
    await press('Tab');
    expect(await focused(page)).toBe('Skip to the list');
    await press('Enter');
    while (keys < 10 && (await focused(page)) !== 'Share Nightly build 2026-11-20') await press('Tab');
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('stranger');
    await press('Enter');
    await press('Enter');
    await page.getByText('1 shared.').waitFor();
    expect(await focused(page)).toBe('Result');
    expect(keys).toBeLessThanOrEqual(10);
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe('Share Nightly build 2026-11-20');
  });

  it('keeps the focus at the decided offer', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'consumer-a', gateway, '#/inbox');
    await tab.page.getByRole('button', { name: 'Accept Debian 12 (Bookworm)' }).focus();
    await tab.page.keyboard.press('Enter');
    await offerOf(tab.page, 'Debian 12 (Bookworm)').getByText('In your image list.').waitFor();
    expect(await focused(tab.page)).toBe('Debian 12 (Bookworm), accepted');
  });
});

interface Scene {
  readonly name: string;
  readonly person: string | null;
  readonly hash: string;
  readonly ready: (tab: Visit) => Promise<void>;
}

const scenes: readonly Scene[] = [
  { name: 'the sign-in', person: null, hash: '', ready: ({ page }) => page.getByText('consumer-b').first().waitFor() },
  {
    name: 'the images, with members and a selection',
    person: 'producer',
    hash: `#/images?open=${debian}`,
    async ready({ page }) {
      await membersOf(page, 'Debian 12 (Bookworm)').waitFor();
      await page.getByRole('checkbox', { name: 'Select Debian 12 (Bookworm)' }).check();
      await page.getByRole('button', { name: /^Stop sharing Debian.* consumer-b$/ }).click();
    },
  },
  {
    name: 'the share dialog, with a result',
    person: 'producer',
    hash: `#/images?share=${debian},${ubuntu}`,
    async ready({ page }) {
      await page.getByText('2 of 2 images').first().waitFor();
      await page.getByRole('combobox', { name: 'Share with' }).fill('not/a/project, stranger,');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Share', exact: true }).click();
      await page.getByText('2 refused, 2 shared.').waitFor();
      await page.getByRole('combobox', { name: 'Share with' }).fill('c');
    },
  },
  {
    name: 'the inbox',
    person: 'consumer-a',
    hash: '#/inbox',
    async ready({ page }) {
      await page.getByRole('button', { name: /^Accept Debian/ }).click();
      await page.getByText('In your image list.').waitFor({ state: 'attached' });
      await page.locator('summary').click();
    },
  },
];

describe.each(scenes)('$name', ({ person, hash, ready }) => {
  it('has no accessibility violations: light and dark, wide and on a phone', async () => {
    await using gateway = await startGateway();
    await using tab =
      person === null ? await visit(browser, `${gateway.url}/console/`) : await openAs(browser, person, gateway, hash);
    const { page } = tab;
    await ready(tab);
    for (const width of [1100, 390]) {
      await page.setViewportSize({ width, height: 900 });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await findBarriers(page), `${colorScheme}, ${width} pixels`).toEqual([]);
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    }
  });
});

it('on a phone the list comes first, targets are 44 pixels high, and a dialog fills the screen', async () => {
  await using gateway = await startGateway();
  await using tab = await openAs(browser, 'producer', gateway);
  const { page } = tab;
  await page.setViewportSize({ width: 390, height: 844 });
  const first = lineOf(page, 'Nightly build 2026-11-20');
  await first.waitFor();
  expect((await first.boundingBox())?.y).toBeLessThan(300);
  await page.getByRole('checkbox', { name: 'Select Debian 12 (Bookworm)' }).check();
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('button, a.button, select, input[type=search], label.target, summary, nav a')]
      .filter((element) => element.checkVisibility())
      .map((element) => [element.textContent, element.getBoundingClientRect().height] as const)
      .filter(([, height]) => height > 0 && height < 44),
  );
  expect(small).toEqual([]);
  await page.getByRole('link', { name: 'Share Debian 12 (Bookworm)' }).click();
  expect(await page.getByRole('dialog').boundingBox()).toMatchObject({ x: 0, y: 0, width: 390, height: 844 });
});
