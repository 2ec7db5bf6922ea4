import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Listening, listen } from './listen.ts';

/** A trace collector that accepts everything and keeps it unchanged. */
export interface Collector extends Listening {
  /** The requests: path, headers except its own address, and body. */
  readonly received: readonly string[];
}

export async function startCollector(): Promise<Collector> {
  const received: string[] = [];
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        received.push(`${request.url}\n${JSON.stringify({ ...request.headers, host: undefined })}\n${body}`);
        response.end('{}');
      },
      () => response.destroy(),
    );
  });
  return { ...(await listen(server)), received };
}
