import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Locator, Page } from 'playwright-core';
import { type Visit, visit } from './browser.ts';
import type { Gateway } from './gateway.ts';

/** Images and projects of the embedded Images API. */
export const debian = '7b1e4d02-93c8-4f5a-8e66-a0d47c915f3e';
export const ubuntu = '3f2a9c58-6d14-4b7e-9a03-5c8e1f7d2b60';
export const consumerA = 'a41be2c97d0f4e5f9c6a7b8d9e0f1a2b';
export const stranger = '5e0d4c3b2a19487f96857463524130ff';

/** The console in a fresh browser tab, as one of the people of the embedded Images API. */
export async function openAs(browser: Browser, name: string, gateway: Gateway, hash = ''): Promise<Visit> {
  const tab = await visit(browser, `${gateway.url}/console/${hash}`);
  await tab.page
    .getByRole('listitem')
    .getByRole('button', { name: new RegExp(`^${name} `) })
    .click();
  await tab.page.locator('summary').waitFor();
  return tab;
}

/** The console in a fresh browser tab, with a token that is typed in. */
export async function openWith(browser: Browser, token: string, gateway: Gateway, hash = ''): Promise<Visit> {
  const tab = await visit(browser, `${gateway.url}/console/${hash}`);
  await tab.page.getByLabel(/^Token/).fill(token);
  await tab.page.keyboard.press('Enter');
  return tab;
}

/** The members of one image, where they are shown. */
export function membersOf(page: Page, image: string): Locator {
  return page.getByRole('list', { name: `Members of ${image}` });
}

/** The line of an image in the table. */
export function lineOf(page: Page, image: string): Locator {
  return page.getByRole('row').filter({ has: page.getByRole('heading', { name: image }) });
}

/** An offer in the inbox. */
export function offerOf(page: Page, image: string): Locator {
  return page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: image }) });
}

/** Barriers that a program can find, with the elements that they are at. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as typeof import('axe-core') & { axe: typeof import('axe-core') };
    const { violations, passes } = await axe.run();
    if (passes.length < 10) return ['almost nothing was checked'];
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}
