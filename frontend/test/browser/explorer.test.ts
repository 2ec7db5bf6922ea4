import type { Browser } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { startBrowser, visit } from '../support/browser.ts';
import { startGateway } from '../support/gateway.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
  return () => browser.close();
});

it('runs the sample with the sample token, from the gateway alone', async () => {
  await using gateway = await startGateway();
  await using tab = await visit(browser, `${gateway.url}/explorer`);
  const { page } = tab;
  await page.getByRole('button', { name: /Execute query/ }).click();
  await page.getByRole('menuitem', { name: 'Images' }).click();
  await page
    .getByRole('region', { name: /Result/i })
    .getByText('memberId')
    .first()
    .waitFor();
  expect(
    tab.addresses.filter((address) => !/^(data:|blob:)/.test(address) && !address.startsWith(gateway.url)),
  ).toEqual([]);
  expect(tab.complaints).toEqual([]);
});

it('answers a query that is typed, with the token that is typed', async () => {
  await using gateway = await startGateway();
  await using tab = await visit(browser, `${gateway.url}/explorer`);
  const { page } = tab;
  await page.getByRole('button', { name: /Execute query/ }).waitFor();
  await page.locator('.graphiql-query-editor .monaco-editor').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('{ image(id: "19c5b7f8-3a6e-4d04-a9e2-d8470f6c1b95") { name ', { delay: 5 });
  const editors = page.locator('.graphiql-editor-tool .monaco-editor');
  await editors.last().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('{ "X-Auth-Token": "demo-consumer-a-token" ', { delay: 5 });
  await page.getByRole('button', { name: /Execute query/ }).click();
  await page.getByText('web-frontend snapshot 2026-10-31').waitFor();
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('demo-consumer-a-token');
});
