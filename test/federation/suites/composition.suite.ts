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

/** Permitted hints: subgraphs describe a shared type differently, and an overridden name remains for other graphs. */
const expectedHints = new Set(['INCONSISTENT_DESCRIPTION', 'OVERRIDDEN_FIELD_CAN_BE_REMOVED']);

const composers = {
  '@apollo/composition': (services: readonly Service[]) => {
    const result = composeWithApollo(services.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })));
    const hints = result.hints?.map(({ definition }) => definition.code) ?? [];
    return { errors: result.errors ?? [], hints: hints.filter((hint) => !expectedHints.has(hint)) };
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

/** Other possible identity subgraphs; that of the example overrides `Project.name`. */
const identities = {
  'that has errors of its own, as most graphs do': `type Project @key(fields: "id") { id: ID! name: String @override(from: "images") }
    type UserError { code: UserErrorCode! message: String! path: [String!] }
    enum UserErrorCode { TAKEN NOT_FOUND }
    scalar DateTime
    scalar JSON
    scalar JSONObject
    type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
    type RenameProjectPayload { project: Project renamedAt: DateTime details: JSON userErrors: [UserError!]! }
    type ProjectConnection { nodes: [Project!]! pageInfo: PageInfo! }
    extend type Query { projects: ProjectConnection }
    type Mutation { renameProject(id: ID!, name: String!): RenameProjectPayload! }`,
  'that shares the names of projects':
    'type Project @key(fields: "id") { id: ID! name: String @shareable domain: String }',
  'that also owns users': `type Project @key(fields: "id") { id: ID! name: String @override(from: "images") }
    type User @key(fields: "id") { id: ID! name: String @override(from: "images") email: String }`,
  'that adds what it knows about the caller': `type Project @key(fields: "id") { id: ID! name: String @override(from: "images") }
    type Viewer @key(fields: "id") { id: ID! email: String unread: Int! }
    extend type Query { me: Viewer }`,
  'that orders lists in the same directions': `type Project @key(fields: "id") { id: ID! name: String @override(from: "images") }
    enum OrderDirection { ASC DESC }
    input ProjectOrder { field: String! direction: OrderDirection! = ASC }
    type ProjectList { nodes: [Project!]! direction: OrderDirection! }
    extend type Query { projects(orderBy: ProjectOrder): ProjectList }`,
  'with types of its own that have the same names': `type Project @key(fields: "id") { id: ID! name: String @override(from: "images") }
    scalar DateTime
    type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
    type ProjectConnection { nodes: [Project!]! pageInfo: PageInfo! renewedAt: DateTime }
    extend type Query { projects: ProjectConnection }`,
} as const;

function toIdentity(types: string): Service {
  const link = '@link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@override"])';
  const sdl = `schema ${link} { query: Query } type Query { project(id: ID!): Project } ${types}`;
  return { name: 'identity', url: 'http://localhost/', sdl };
}

for (const [name, compose] of Object.entries(composers)) {
  describe(name, () => {
    it('composes the subgraph alone', () => {
      assert.deepEqual(compose(graph.services.slice(0, 1)).errors, []);
    });

    it('composes it with the subgraphs of the example without warnings', () => {
      assert.deepEqual(compose(graph.services), { errors: [], hints: [] });
    });

    for (const [which, types] of Object.entries(identities)) {
      it(`composes it with an identity subgraph ${which}`, () => {
        const others = graph.services.filter((service) => service.name !== 'identity');
        assert.deepEqual(compose([...others, toIdentity(types)]).errors, []);
      });
    }

    it('composes it under any name', () => {
      const [images, ...others] = graph.services as readonly [Service, ...Service[]];
      const renamed = others.map((service) => ({
        ...service,
        sdl: service.sdl.replaceAll('from: "images"', 'from: "image-sharing"'),
      }));
      assert.deepEqual(compose([{ ...images, name: 'image-sharing' }, ...renamed]).errors, []);
    });

    it('resolves project names in the subgraph that overrides them', () => {
      const takes = 'type Project @key(fields: "id") { id: ID! name: String }';
      assert.notDeepEqual(compose([...graph.services.slice(0, 1), toIdentity(takes)]).errors, []);
      assert.deepEqual(compose(graph.services.slice(0, 2)), { errors: [], hints: [] });
    });

    it('does not compose it with another order of directions, or another viewer', () => {
      const own = 'type Project @key(fields: "id") { id: ID! name: String @override(from: "images") }';
      const [images] = graph.services as readonly [Service, ...Service[]];
      const misfits = [
        'enum OrderDirection { asc desc } input ProjectOrder { direction: OrderDirection } extend type Query { projects(orderBy: ProjectOrder): [Project!] }',
        'type Viewer { name: String } extend type Query { viewer: Viewer }',
      ];
      for (const types of misfits) {
        assert.notDeepEqual(compose([images, toIdentity(`${own} ${types}`)]).errors, [], types);
      }
    });

    it('refuses an incompatible subgraph, so the tests above can fail', () => {
      const sdl = 'type Image { id: ID! name: Int }';
      const { errors } = compose([...graph.services, { name: 'misfit', url: 'http://localhost/', sdl }]);
      assert.notDeepEqual(errors, []);
    });
  });
}
