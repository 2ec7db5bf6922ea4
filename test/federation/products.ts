import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { createApp } from '../../src/app.ts';
import { guardFederation } from '../../src/graphql/federation.ts';
import { createLogger } from '../../src/logging/log.ts';
import { parseSettings } from '../../src/settings/parse-settings.ts';

const research = [
  { study: { caseNumber: '1234', description: 'Federation Study' }, outcome: null },
  { study: { caseNumber: '1235', description: 'Studio Study' }, outcome: null },
] as const;

const dimensions = { size: 'small', weight: 1, unit: 'kg' };
const createdBy = { email: 'support@apollographql.com', name: 'Jane Smith', totalProductsCreated: 1337 };

const products = [
  {
    id: 'apollo-federation',
    sku: 'federation',
    package: '@apollo/federation',
    variation: { id: 'OSS' },
    dimensions,
    createdBy,
    notes: null,
    research: [research[0]],
  },
  {
    id: 'apollo-studio',
    sku: 'studio',
    package: '',
    variation: { id: 'platform' },
    dimensions,
    createdBy,
    notes: null,
    research: [research[1]],
  },
];

const deprecatedProduct = {
  sku: 'apollo-federation-v1',
  package: '@apollo/federation-v1',
  reason: 'Migrate to Federation V2',
  createdBy,
};

interface Reference {
  readonly id?: string;
  readonly sku?: string;
  readonly package?: string;
  readonly variation?: { readonly id: string };
  readonly study?: { readonly caseNumber: string };
  readonly totalProductsCreated?: number;
  readonly yearsOfEmployment?: number;
}

const isDeprecatedProduct = ({ sku, package: name }: Reference): boolean =>
  sku === deprecatedProduct.sku && name === deprecatedProduct.package;

/** The resolvers that the compatibility suite requires of a subgraph; the suite provides the schema. */
const resolvers = {
  Query: {
    product: (_: unknown, { id }: Reference) => products.find((product) => product.id === id),
    deprecatedProduct: (_: unknown, key: Reference) => (isDeprecatedProduct(key) ? deprecatedProduct : null),
  },
  Product: {
    __resolveReference: (key: Reference) =>
      products.find(
        ({ id, sku, package: name, variation }) =>
          id === key.id || (sku === key.sku && (name === key.package || variation.id === key.variation?.id)),
      ),
  },
  DeprecatedProduct: { __resolveReference: (key: Reference) => (isDeprecatedProduct(key) ? deprecatedProduct : null) },
  ProductResearch: {
    __resolveReference: ({ study }: Reference) =>
      research.find((candidate) => candidate.study.caseNumber === study?.caseNumber),
  },
  User: {
    __resolveReference: (reference: Reference) => ({ ...createdBy, ...reference }),
    averageProductsCreatedPerYear: ({ totalProductsCreated = 0, yearsOfEmployment = 1 }: Reference) =>
      Math.round(totalProductsCreated / yearsOfEmployment),
  },
  Inventory: { __resolveReference: ({ id }: Reference) => ({ id, deprecatedProducts: [deprecatedProduct] }) },
};

/** The same resolvers; reference resolvers also return the type name. */
const references = Object.fromEntries(
  Object.entries(resolvers).flatMap(([name, type]) => {
    if (!('__resolveReference' in type)) return [];
    const find: (key: Reference) => object | null | undefined = type.__resolveReference;
    const reference = (key: Reference): object | null => {
      const found = find(key);
      return found ? { ...found, __typename: name } : null;
    };
    return [[name, reference]];
  }),
);

/** Serves the compatibility suite's schema with the gateway's own server. @returns where GraphQL is served. */
export async function startProducts(typeDefs: string): Promise<string> {
  const schema = buildSubgraphSchema([{ typeDefs: parse(typeDefs), resolvers }]);
  guardFederation(schema, { references, toTypename: (entity) => String(entity['__typename']) });
  const imagesApiUrl = new URL('http://127.0.0.1:9/v2');
  const app = await createApp({
    settings: { ...parseSettings({ PORT: '0', FEDERATED_TRACING: 'true' }), imagesApiUrl },
    log: createLogger('silent', 'iso', () => {}),
    sample: { document: '{ __typename }', headers: {} },
    schema,
  });
  return `${await app.listen()}/graphql`;
}
