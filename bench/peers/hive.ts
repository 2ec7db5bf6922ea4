/** Hive Gateway over a supergraph that Mesh composed from the OpenAPI document. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { getComposedSchemaFromConfig } from '@graphql-mesh/compose-cli';
import { DefaultLogger } from '@graphql-mesh/utils';
import { loadOpenAPISubgraph } from '@omnigraph/openapi';
import { address, announce } from './schema.ts';

const supergraph = await getComposedSchemaFromConfig(
  {
    subgraphs: [
      {
        sourceHandler: loadOpenAPISubgraph('images', {
          source: fileURLToPath(new URL('openapi.json', import.meta.url)),
          endpoint: process.env['IMAGES_API_URL'] ?? '',
          operationHeaders: { 'x-auth-token': "{context.headers['x-auth-token']}" },
        }),
      },
    ],
    // What leads from an image to its members: a link of OpenAPI would do so only where a single image is asked for.
    additionalTypeDefs: `
      extend type Image {
        members: Members
          @resolveTo(
            sourceName: "images"
            sourceTypeName: "Query"
            sourceFieldName: "listMembers"
            requiredSelectionSet: "{ id }"
            sourceArgs: { image_id: "{root.id}" }
          )
      }
    `,
  },
  new DefaultLogger(),
);
const gateway = createGatewayRuntime({ supergraph, logging: false });
const http = createServer(gateway);
http.listen(address, () => announce((http.address() as AddressInfo).port));
