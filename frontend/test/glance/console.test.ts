import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, visit } from '../support/browser.ts';
import { findBarriers, lineOf, membersOf, offerOf, openWith } from '../support/console.ts';
import { startGateway } from '../support/gateway.ts';
import { openGlance } from '../support/glance.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
  return () => browser.close();
});

describe('the console in front of a real Glance and Keystone', () => {
  it('checks a token at sign-in, and shows who it stands for', async () => {
    await using cloud = openGlance();
    await using gateway = await startGateway(cloud.environment);
    await using tab = await visit(browser, `${gateway.url}/console/`);
    const { page } = tab;
    expect(await page.getByRole('listitem').count()).toBe(0);
    for (const useless of ['no-such-token', cloud.tokens.expired]) {
      await page.getByLabel(/^Token/).fill(useless);
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('did not accept this token').waitFor();
      await page.getByLabel(/^Token/).fill('');
    }
    await page.getByLabel(/^Token/).fill(cloud.tokens.consumerB);
    await page.keyboard.press('Enter');
    await page.locator('summary').click();
    const account = page.locator('details.account');
    for (const fact of ['consumer-b', cloud.projects.consumerB, /member/, /expires in \d+ h/]) {
      await account.getByText(fact).first().waitFor();
    }
    await page.getByRole('button', { name: 'Switch project…' }).click();
    await page.getByText(`openstack --os-project-id ${cloud.sandboxId}`).waitFor();
  });

  it('takes an image from private to accepted, and a member away again', async () => {
    await using cloud = openGlance();
    await using gateway = await startGateway(cloud.environment);
    const { consumerA, stranger } = cloud.projects;
    const run = randomUUID().slice(0, 8);
    const [name, other] = [`Golden ${run}`, `Nightly ${run}`];
    const imageId = await cloud.create(name, 'private');
    const otherId = await cloud.create(other, 'shared');
    await using tab = await openWith(browser, cloud.tokens.producer, gateway);
    const { page } = tab;

    // Images.
    await page.getByRole('searchbox').fill(run);
    await lineOf(page, other).waitFor();
    await lineOf(page, name).getByText('Private: has no members').waitFor();
    await lineOf(page, name)
      .getByRole('button', { name: `Make shareable: ${name}` })
      .click();
    await lineOf(page, name)
      .getByRole('link', { name: `Share ${name}` })
      .waitFor();
    expect(await findBarriers(page)).toEqual([]);

    // Share dialog.
    for (const title of [name, other]) await page.getByRole('checkbox', { name: `Select ${title}` }).check();
    await page.getByRole('region', { name: 'Selected images' }).getByRole('link', { name: 'Share…' }).click();
    const field = page.getByRole('combobox', { name: 'Share with' });
    await field.fill('producer');
    await page.keyboard.press('Enter');
    await page.getByText('That project owns the image').waitFor();
    await field.fill(`${consumerA}, ${stranger},`);
    await page.keyboard.press('Enter');
    await page.getByText('4 new').waitFor();
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByRole('region', { name: 'Result' }).getByText('4 shared.').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    expect(await cloud.members(imageId)).toEqual({ [consumerA]: 'pending', [stranger]: 'pending' });
    await page.getByRole('button', { name: 'Done' }).click();

    // A removal: undone, and then not.
    await page.getByRole('button', { name, exact: true }).click();
    const remove = page.getByRole('button', { name: `Stop sharing ${name} with ${stranger}` });
    await remove.click();
    await membersOf(page, name).getByRole('button', { name: 'Undo' }).click();
    await remove.click();
    expect(await cloud.members(imageId)).toHaveProperty(stranger);
    await expect.poll(() => cloud.members(imageId), { timeout: 30_000 }).toEqual({ [consumerA]: 'pending' });
    await membersOf(page, name).getByText('no longer shared').waitFor();

    // The consumer's inbox.
    await using inbox = await openWith(browser, cloud.tokens.consumerA, gateway, `#/inbox?image=${imageId}`);
    const offer = inbox.page.getByRole('dialog', { name: 'Shared image' });
    await offer.getByRole('button', { name: `Accept ${name}` }).click();
    await offer.getByText('In your image list.').waitFor();
    await inbox.page.keyboard.press('Escape');
    await inbox.page.getByRole('checkbox', { name: `Select ${other}` }).check();
    await inbox.page.getByRole('button', { name: 'Accept selected (1)' }).click();
    await inbox.page.getByText('1 accepted.').waitFor();
    await offerOf(inbox.page, other).getByText('accepted').waitFor();
    expect(await findBarriers(inbox.page)).toEqual([]);
    expect(await cloud.members(imageId)).toEqual({ [consumerA]: 'accepted' });
    expect(await cloud.members(otherId)).toEqual({ [consumerA]: 'accepted', [stranger]: 'pending' });
    expect([...tab.complaints, ...inbox.complaints]).toEqual([]);
  }, 120_000);

  it('shows administrators the names of owners, and asks before a removal', async () => {
    await using cloud = openGlance();
    await using gateway = await startGateway(cloud.environment);
    const name = `Foreign ${randomUUID().slice(0, 8)}`;
    await cloud.create(name, 'shared');
    await using tab = await openWith(browser, cloud.tokens.admin, gateway);
    const { page } = tab;
    await page.getByRole('button', { name: 'All projects' }).click();
    await page.getByRole('searchbox').fill(name);
    await lineOf(page, name).getByText('producer', { exact: true }).waitFor();
    await page.getByRole('link', { name: `Share ${name}` }).click();
    await page.getByRole('combobox', { name: 'Share with' }).fill(cloud.projects.consumerB);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.getByText('1 shared.').waitFor();
    await membersOf(page, name)
      .getByRole('button', { name: `Stop sharing ${name} with consumer-b` })
      .click();
    await page.getByRole('button', { name: 'Remove 1 member' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
  });

  it('tells readers at their own token whether the policy lets them share', async () => {
    await using cloud = openGlance();
    await using gateway = await startGateway(cloud.environment);
    const name = `Read-only ${randomUUID().slice(0, 8)}`;
    const imageId = await cloud.create(name, 'shared');
    await using tab = await openWith(browser, cloud.tokens.producerReader, gateway, `#/images?share=${imageId}`);
    const { page } = tab;
    await page.getByRole('combobox', { name: 'Share with' }).fill(cloud.projects.consumerB);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.getByText(cloud.policy === 'secure' ? '1 refused.' : '1 shared.').waitFor();
    expect(Object.keys(await cloud.members(imageId))).toHaveLength(cloud.policy === 'secure' ? 0 : 1);
  });
});
