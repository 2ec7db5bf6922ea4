import { expect, it } from 'vitest';
import { isOfFrontend, pages, readBlocks, toCommands } from '../../../test/documentation/blocks.ts';
import { runCommand, serve } from '../../../test/documentation/run-command.ts';

const commands = pages
  .flatMap(readBlocks)
  .filter(({ language, info }) => language === 'sh' && info === '')
  .flatMap(toCommands)
  .filter(isOfFrontend);

it.each([...new Set(commands)])('%s, as the guides say it, works', async (command) => {
  if (!/ run dev /.test(command)) await runCommand(command);
  else {
    await using server = await serve(command);
    expect((await fetch(server.url)).status).toBe(200);
  }
});

it('the guides have commands for this package', () => {
  expect(commands).toEqual(expect.arrayContaining(['npm ci --prefix frontend', 'npm run dev --prefix frontend']));
});
