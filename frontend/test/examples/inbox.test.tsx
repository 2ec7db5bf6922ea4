// @vitest-environment jsdom
import type { ComponentType } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, it, onTestFinished, vi } from 'vitest';
import { App as ApolloApp } from '../../examples/apollo/app.tsx';
import { App as RelayApp } from '../../examples/relay/app.tsx';
import { App as UrqlApp } from '../../examples/urql/app.tsx';
import { startGateway } from '../support/gateway.ts';

it.each<[string, ComponentType<{ url: string; token: string }>, readonly string[]]>([
  ['Apollo Client', ApolloApp, ['Inbox', 'Decide']],
  ['urql', UrqlApp, ['Inbox', 'Decide', 'Inbox']],
  ['Relay', RelayApp, ['inboxQuery', 'inboxDecideMutation']],
])('%s shows the inbox, and updates it after a decision', async (_name, App, expected) => {
  await using gateway = await startGateway();
  const operations: string[] = [];
  const { fetch } = globalThis;
  vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    operations.push(JSON.parse(String(init?.body)).operationName);
    return fetch(input, init);
  });
  const container = document.createElement('div');
  const root = createRoot(container);
  onTestFinished(() => {
    root.unmount();
    vi.restoreAllMocks();
  });
  const row = () => [...container.querySelectorAll('li')].find((item) => item.textContent?.startsWith('Debian 12'));

  root.render(<App url={`${gateway.url}/graphql`} token="demo-consumer-a-token" />);
  await expect.poll(() => row()?.textContent, { timeout: 10_000 }).toContain(': PENDING');
  expect(container.textContent).not.toContain('Data science notebook');
  row()?.querySelector('button')?.click();
  await expect.poll(() => row()?.textContent, { timeout: 10_000 }).toContain(': ACCEPTED');
  expect(operations).toEqual(expected);
});
