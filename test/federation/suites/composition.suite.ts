import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { composeServices as composeWithApollo } from '@apollo/composition';
import { composeServices as composeWithHive } from '@theguild/federation-composition';
import { federateSubgraphs } from '@wundergraph/composition';
import { parse } from 'graphql';
import { type Graph, type Service, startGraph } from './graph.ts';

let graph: Graph;
before(async () => {
  graph = await startGraph();
});
after(() => graph[Symbol.asyncDispose]());

const composers = {
  '@apollo/composition': (services: readonly Service[]) => {
    const result = composeWithApollo(services.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })));
    const hints = result.hints?.map(({ definition }) => definition.code) ?? [];
    // Subgraphs that share a type describe it in words of their own.
    return { errors: result.errors ?? [], hints: hints.filter((hint) => hint !== 'INCONSISTENT_DESCRIPTION') };
  },
  '@theguild/federation-composition': (services: readonly Service[]) => {
    const result = composeWithHive(services.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })));
    return { errors: result.errors ?? [], hints: [] };
  },
  '@wundergraph/composition': (services: readonly Service[]) => {
    const result = federateSubgraphs({
      subgraphs: services.map(({ name, url, sdl }) => ({ name, url, definitions: parse(sdl) })),
      version: '1',
    });
    return { errors: result.success ? [] : result.errors, hints: result.warnings.map(({ message }) => message) };
  },
};

for (const [name, compose] of Object.entries(composers)) {
  describe(name, () => {
    it('composes the subgraph alone', () => {
      assert.deepEqual(compose(graph.services.slice(0, 1)).errors, []);
    });

    it('composes it with the subgraphs of the example, and warns of nothing', () => {
      assert.deepEqual(compose(graph.services), { errors: [], hints: [] });
    });

    it('refuses a subgraph that does not fit, so the tests above can fail', () => {
      const sdl = 'type Image { id: ID! name: Int }';
      const { errors } = compose([...graph.services, { name: 'misfit', url: 'http://localhost/', sdl }]);
      assert.notDeepEqual(errors, []);
    });
  });
}
