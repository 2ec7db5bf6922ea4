import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { parseSettings } from '../../src/settings/parse-settings.ts';
import { settingTable } from '../../src/settings/settings.ts';
import { type Block, isOfFrontend, pages, readBlocks, root, toCommands, toPlace } from './blocks.ts';
import { runCommand, type Served, serve } from './run-command.ts';

/** Turns the answer that a page shows into a matcher: `…` matches any text, and errors may have more fields. */
function toExpected(shown: unknown): unknown {
  if (shown === '…') return expect.any(String);
  if (Array.isArray(shown)) return shown.map(toExpected);
  if (typeof shown !== 'object' || shown === null) return shown;
  const entries = Object.entries(shown).map(([key, value]) => [key, toExpected(value)]);
  const object = Object.fromEntries(entries);
  return 'extensions' in shown ? expect.objectContaining(object) : object;
}

/** Sends an operation to a gateway with the embedded Images API, as one of its demo callers. */
async function ask(gateway: Served, { info, text }: Block): Promise<{ data?: unknown; errors?: unknown }> {
  const isSubscription = text.startsWith('subscription');
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(isSubscription && { accept: 'text/event-stream' }),
      ...(info && { 'x-auth-token': `demo-${info}-token` }),
    },
    body: JSON.stringify({ query: text }),
  });
  if (isSubscription) {
    for await (const chunk of response.body ?? []) {
      const [, payload] = /^data: (.+)$/m.exec(Buffer.from(chunk).toString()) ?? [];
      if (payload !== undefined) return JSON.parse(payload) as { data?: unknown; errors?: unknown };
    }
  }
  return (await response.json()) as { data?: unknown; errors?: unknown };
}

it('finds the pages to check', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/guides/frontend.md', 'docs/guides/errors.md']));
});

/** The settings with their values on a page. Commands that only `.ci/run` runs have other settings. */
function settingsOf(page: string): readonly (readonly [name: string, value: string])[] {
  const markdown = readFileSync(resolve(root, page), 'utf8').replaceAll(/^```sh ci\n[\s\S]*?^```$/gm, '');
  // NODE_ENV affects the default of PRODUCTION.
  return [...markdown.matchAll(/\b([A-Z][A-Z_]+)=([^\s`]+)/g)]
    .filter(([pair]) => pair !== 'NODE_ENV=production')
    .map(([, name = '', value = '']) => [name, value]);
}

/** The files to which a page links. */
function linksOf(page: string): readonly string[] {
  const markdown = readFileSync(resolve(root, page), 'utf8');
  const links = [...markdown.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link ?? '');
  return links.filter((candidate) => !/^\w+:/.test(candidate));
}

/** The tests that a block names. */
function testsOf({ text }: Block): readonly string[] {
  return [...text.matchAll(/\btest[:/][\w:/-]+/g)].map(([part]) => part);
}

/** Whether a block can be checked here: other suites try the commands of a deployment. */
function isChecked(block: Block): boolean {
  return block.info !== 'ci' || testsOf(block).length > 0;
}

it.each(pages.filter((page) => readBlocks(page).some(isChecked)))(
  '%s has commands that run and operations that are answered as shown',
  async (page) => {
    const blocks = readBlocks(page);
    await using running = new AsyncDisposableStack();
    let gateway: Served | undefined;
    for (const [index, block] of blocks.entries()) {
      const place = toPlace(page, block);
      const before = blocks[index - 1];
      if (block.language === 'sh' && block.info === 'ci') {
        const ci = readFileSync(resolve(root, '.ci/run'), 'utf8');
        for (const part of testsOf(block)) expect(ci, place).toContain(part);
      } else if (block.language === 'sh') {
        for (const command of toCommands(block).filter((candidate) => !isOfFrontend(candidate))) {
          if (/^(\w+=\S+ )*npm start$/.test(command)) gateway = running.use(await serve(command));
          else {
            const toRun = command.replaceAll('http://127.0.0.1:4000', gateway?.url ?? 'http://127.0.0.1:4000');
            await expect(runCommand(toRun), place).resolves.toBeTypeOf('string');
          }
        }
      } else if (block.language === 'graphql') {
        gateway ??= running.use(await serve('npm start'));
        const answer = await ask(gateway, block);
        const shown = blocks[index + 1];
        if (shown?.language === 'json' && shown.info === '') {
          expect(answer, place).toEqual(toExpected(JSON.parse(shown.text)));
        } else {
          expect(answer, place).not.toHaveProperty('errors');
        }
      } else if (block.info.startsWith('file=')) {
        const file = readFileSync(resolve(root, block.info.slice('file='.length)), 'utf8');
        expect(file, place).toContain(block.text);
      } else {
        expect(block.language === 'json' && before?.language, `${place} is not checked`).toBe('graphql');
      }
    }
  },
  60_000,
);

it.each(pages.filter((page) => settingsOf(page).length > 0))('%s sets settings to valid values', (page) => {
  for (const [name, value] of settingsOf(page)) {
    expect(Object.values(settingTable).map((setting) => setting.name)).toContain(name);
    expect(() => parseSettings({ [name]: value }), `${name}=${value}`).not.toThrow();
  }
});

it.each(pages.filter((page) => linksOf(page).length > 0))('%s links to existing files', (page) => {
  const missing = linksOf(page).filter((link) => !existsSync(resolve(root, page, '..', link)));
  expect(missing).toEqual([]);
});
