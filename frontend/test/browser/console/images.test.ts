import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBrowser } from '../../support/browser.ts';
import { lineOf, membersOf, openAs, openWith } from '../../support/console.ts';
import { startGateway, startImagesApi, toEnvironment } from '../../support/gateway.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
  return () => browser.close();
});

describe('the table of images', () => {
  it('lists the images that the project owns, and reads members only for opened images', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'producer', gateway);
    const { page, operations } = tab;
    await page.getByRole('heading', { name: 'Your images' }).waitFor();
    await lineOf(page, 'Golden base (internal)').waitFor();
    expect(await page.getByText('Data science notebook').count()).toBe(0);
    expect(operations).not.toContain('ImageMembers');

    await page.getByRole('button', { name: 'Debian 12 (Bookworm)', exact: true }).click();
    await membersOf(page, 'Debian 12 (Bookworm)').waitFor();
    expect(await membersOf(page, 'Debian 12 (Bookworm)').getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringMatching(/^consumer-a\s+pending/),
      expect.stringMatching(/^consumer-b\s+accepted/),
    ]);
    expect(tab.complaints).toEqual([]);
  });

  it('keeps search, filter and order in its address, across back and reload', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'producer', gateway);
    const { page } = tab;
    const names = () => page.locator('td.name h3').allInnerTexts();
    await page.getByRole('searchbox').fill('ubuntu lts');
    await expect.poll(names).toEqual(['Ubuntu 24.04 LTS (Noble Numbat)']);
    expect(page.url()).toMatch(/#\/images\?q=ubuntu/);
    await page.getByRole('searchbox').fill('');
    await page.getByRole('combobox', { name: 'Visibility' }).selectOption('private');
    await expect.poll(names).toEqual(['Golden base (internal)']);
    await page.getByRole('button', { name: 'Name' }).click();
    await page.getByRole('combobox', { name: 'Visibility' }).selectOption('');
    await expect.poll(async () => (await names())[0]).toBe('CentOS Stream 9 (kernel under review)');
    await page.reload();
    await expect.poll(async () => (await names())[0]).toBe('CentOS Stream 9 (kernel under review)');
    await page.goBack();
    await expect.poll(names).toEqual(['Golden base (internal)']);
    await page.getByRole('searchbox').fill('nothing like it');
    await page.getByText('No image matches “nothing like it”.').waitFor();
  });

  it('explains why a private image cannot be shared, and makes it shareable in place', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'producer', gateway);
    const line = lineOf(tab.page, 'Golden base (internal)');
    await line.getByText('Private: has no members').waitFor();
    await line.getByRole('button', { name: 'Make shareable: Golden base (internal)' }).click();
    await line.getByRole('link', { name: 'Share Golden base (internal)' }).waitFor();
    expect(await line.getByText('shared', { exact: true }).count()).toBe(1);
  });

  it('shows administrators the images of all projects by owner, separate from their own', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'admin', gateway);
    const { page } = tab;
    await lineOf(page, 'CirrOS 0.6.3').waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    await page.getByRole('button', { name: 'All projects' }).click();
    await page.getByRole('heading', { name: 'All projects' }).waitFor();
    await lineOf(page, 'Debian 12 (Bookworm)').getByText('producer').waitFor();
    await page.getByRole('button', { name: 'Your images' }).click();
    await page.getByRole('heading', { name: 'Your images' }).waitFor();
    expect(await lineOf(page, 'Debian 12 (Bookworm)').count()).toBe(0);
  });

  it('tells a project that it owns no images', async () => {
    await using gateway = await startGateway();
    await using tab = await openAs(browser, 'stranger', gateway);
    await tab.page.getByText('No images yet.').waitFor();
  });

  it('says that the project is unknown, and names the owners', async () => {
    await using imagesApi = await startImagesApi();
    await using gateway = await startGateway({ IMAGES_API_URL: imagesApi.url, CONSOLE: 'true' });
    await using tab = await openWith(browser, 'demo-consumer-b-token', gateway);
    await tab.page.getByText('does not know your project').waitFor();
    await tab.page.getByRole('columnheader', { name: 'Owner' }).waitFor();
  });
});

it('200 images stay usable: short rows, a sticky bar, and a search through all pages', async () => {
  await using imagesApi = await startImagesApi();
  await imagesApi.register(Array.from({ length: 200 }, (_, index) => `Build ${String(index).padStart(3, '0')}`));
  await using gateway = await startGateway(toEnvironment(imagesApi.url));
  await using tab = await openWith(browser, 'demo-producer-token', gateway);
  const { page } = tab;
  await lineOf(page, 'Build 199').waitFor();
  expect(await page.locator('td.name h3').count()).toBe(100);
  const heights = await page.evaluate(() =>
    [...document.querySelectorAll('tbody tr:not(.detail)')].map((row) => row.clientHeight),
  );
  expect(Math.max(...heights)).toBeLessThanOrEqual(46);
  await page.getByRole('button', { name: 'Load more images' }).click();
  await expect.poll(() => page.locator('td.name h3').count()).toBe(200);
  expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThan(10_000);

  await page.getByRole('checkbox', { name: 'Select Build 199' }).check();
  await page.getByRole('checkbox', { name: 'Select Build 005' }).check();
  const bar = page.getByRole('region', { name: 'Selected images' });
  await bar.getByText('2 images selected').waitFor();
  const box = await bar.boundingBox();
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(900);

  // A refresh keeps the length of the list, and so the place.
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await page.waitForTimeout(500);
  expect(await page.locator('td.name h3').count()).toBe(200);

  await page.reload();
  await page.getByRole('searchbox').fill('build 000');
  await lineOf(page, 'Build 000').waitFor();
}, 120_000);
