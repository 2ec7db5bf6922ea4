/** Apollo Server with `RESTDataSource`, its own way to call REST services. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AugmentedRequest, RESTDataSource } from '@apollo/datasource-rest';
import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import cors from 'cors';
import express from 'express';
import { baseUrl, type ImageRow, type ImagesApi, type MemberRow } from './images-api.ts';
import { address, announce, type Context, createSchema, toToken } from './schema.ts';

class ImagesDataSource extends RESTDataSource implements ImagesApi {
  override baseURL = `${baseUrl}/`;
  readonly #token: string;

  constructor(token: string) {
    super();
    this.#token = token;
  }

  protected override willSendRequest(_path: string, request: AugmentedRequest): void {
    request.headers['x-auth-token'] = this.#token;
  }

  getImage(id: string): Promise<ImageRow> {
    return this.get(`images/${id}`);
  }

  async listImages(first: number): Promise<readonly ImageRow[]> {
    const { images } = await this.get<{ images: ImageRow[] }>('images', { params: { limit: String(first) } });
    return images;
  }

  async listMembers(imageId: string): Promise<readonly MemberRow[]> {
    const { members } = await this.get<{ members: MemberRow[] }>(`images/${imageId}/members`);
    return members;
  }

  updateMember(imageId: string, memberId: string, status: string): Promise<MemberRow> {
    return this.put(`images/${imageId}/members/${memberId}`, { body: { status } });
  }
}

const server = new ApolloServer<Context>({ schema: createSchema() });
await server.start();
const app = express();
app.use(
  '/graphql',
  cors(),
  express.json(),
  expressMiddleware(server, {
    context: async ({ req }) => ({ api: new ImagesDataSource(toToken(req.headers['x-auth-token'])) }),
  }),
);
const http = createServer(app);
http.listen(address, () => announce((http.address() as AddressInfo).port));
