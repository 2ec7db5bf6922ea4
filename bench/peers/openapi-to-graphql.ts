/** openapi-to-graphql over the OpenAPI document, served by `graphql-http`. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { GraphQLSchema } from 'graphql';
import { createHandler } from 'graphql-http/lib/use/http';
import { address, announce, toToken } from './schema.ts';

interface Context {
  readonly token: string;
}

type ToHeaders = (method: string, path: string, title: string, call?: { context: Context }) => Record<string, string>;

interface Package {
  createGraphQLSchema(
    document: unknown,
    options: {
      baseUrl: string;
      operationIdFieldNames: boolean;
      simpleNames: boolean;
      simpleEnumValues: boolean;
      headers: ToHeaders;
    },
  ): Promise<{ schema: GraphQLSchema }>;
}

/** Its ES module cannot be loaded: it imports a name that its dependency does not export. */
const { createGraphQLSchema }: Package = createRequire(import.meta.url)('openapi-to-graphql');

const document = JSON.parse(readFileSync(new URL('openapi.json', import.meta.url), 'utf8'));
// What leads from an image to its members.
document.paths['/v2/images/{image_id}'].get.responses['200'].links = {
  members: { operationId: 'listMembers', parameters: { image_id: '$response.body#/id' } },
};
const { schema } = await createGraphQLSchema(document, {
  baseUrl: process.env['IMAGES_API_URL'] ?? '',
  operationIdFieldNames: true,
  simpleNames: true,
  simpleEnumValues: true,
  headers: (_method, _path, _title, call) => ({ 'x-auth-token': call?.context.token ?? '' }),
});
const handle = createHandler({
  schema,
  context: ({ headers }) => ({ token: toToken((headers as Record<string, string>)['x-auth-token']) }),
});
const http = createServer(handle);
http.listen(address, () => announce((http.address() as AddressInfo).port));
