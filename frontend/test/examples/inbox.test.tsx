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
])(
  '%s shows the inbox, and updates it after a decision and after the changes of others',
  async (_name, App, expected) => {
    const gateway = await startGateway();
    const operations: string[] = [];
    const { fetch } = globalThis;
    vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
      const { operationName, query } = JSON.parse(String(init?.body));
      if (operationName !== undefined && !query.startsWith('subscription')) operations.push(operationName);
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
    expect(operations.slice(0, expected.length)).toEqual(expected);

    const debian = '7b1e4d02-93c8-4f5a-8e66-a0d47c915f3e';
    const consumerA = 'a41be2c97d0f4e5f9c6a7b8d9e0f1a2b';
    await gateway.query(
      'demo-producer-token',
      `mutation { deleteImageMember(input: { imageId: "${debian}", memberId: "${consumerA}" }) { userErrors { code } } }`,
    );
    await expect.poll(row, { timeout: 10_000 }).toBeUndefined();
    // Only urql's cache, which knows no objects, has the list fetched again.
    const later = new Set(operations.slice(expected.length));
    expect([...later]).toEqual(App === UrqlApp ? ['Inbox'] : []);

    // Another gateway at the same address: its Images API knows nothing of what was done.
    await gateway.stop();
    await using _next = await startGateway({ PORT: new URL(gateway.url).port });
    await expect.poll(() => row()?.textContent, { timeout: 30_000 }).toContain(': PENDING');
  },
);
