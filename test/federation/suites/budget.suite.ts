import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { gatewayConfig } from '../../../examples/federation/routers/hive-gateway.ts';
import { producer } from '../gateway.ts';
import { compose, startGraph } from './graph.ts';

describe('a router that budgets by @cost and @listSize', () => {
  const estimates = {
    '{ images(first: 50) { nodes { members { status } } } }': 561,
    '{ images(first: 5) { nodes { members { status } } } }': 66,
    '{ images(first: 50) { nodes { name } } }': 61,
    '{ images { nodes { name } } }': 31,
    '{ image(id: "a") { name } }': 11,
  };

  for (const [query, estimate] of Object.entries(estimates)) {
    it(`estimates ${query} at ${estimate}, runs it on that budget, and refuses it on a smaller one`, async () => {
      await using graph = await startGraph();
      const ask = async (maxCost: number) => {
        await using runtime = createGatewayRuntime({
          supergraph: compose(graph.services),
          ...gatewayConfig,
          logging: false,
          demandControl: { maxCost, includeExtensionMetadata: true },
        });
        const response = await runtime.fetch('http://localhost/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-auth-token': producer.token },
          body: JSON.stringify({ query }),
        });
        return (await response.json()) as { errors?: unknown; extensions: { cost: { estimated: number } } };
      };
      const { errors, extensions } = await ask(estimate);
      assert.equal(extensions.cost.estimated, estimate);
      assert.equal(errors, undefined);
      const calls = graph.gateway.calls.length;
      assert.notEqual((await ask(estimate - 1)).errors, undefined);
      assert.equal(graph.gateway.calls.length, calls);
    });
  }
});
