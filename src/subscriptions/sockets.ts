import type { AnswerWriter } from '../graphql/pipeline/answer.ts';
import type { Settings } from '../settings/settings.ts';
import type { SocketAcceptor } from './accept-socket.ts';
import type { SocketParts } from './serve-socket.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface SocketsOptions
  extends Pick<SocketParts, 'schema' | 'gate' | 'find' | 'isRouter' | 'startTrace' | 'onDefect'> {
  readonly settings: Settings;
  readonly answers: AnswerWriter;
  readonly subscriptions: Subscriptions;
  /** Is called with every subscription that was refused. */
  readonly onOperation: SocketParts['onRefused'];
}

/** Creates what serves WebSockets. Their libraries are loaded with the first one: many gateways never see any. */
export function createSockets(options: SocketsOptions): SocketAcceptor {
  let loading: Promise<SocketAcceptor> | undefined;
  let isClosed = false;
  return {
    upgrade(request, socket, head, path) {
      // A connection that breaks while they are loaded is nobody's defect.
      socket.on('error', () => {});
      loading ??= loadSockets(options);
      loading
        .then(({ upgrade }) => (isClosed ? socket.destroy() : upgrade(request, socket, head, path)))
        .catch((error: unknown) => {
          options.onDefect(error);
          socket.destroy();
        });
    },
    close() {
      isClosed = true;
      loading?.then(({ close }) => close()).catch(() => {});
    },
  };
}

async function loadSockets({ settings, answers, onOperation, ...parts }: SocketsOptions): Promise<SocketAcceptor> {
  const [{ createSocketAcceptor }, { createServeSocket }] = await Promise.all([
    import('./accept-socket.ts'),
    import('./serve-socket.ts'),
  ]);
  return createSocketAcceptor({
    path: '/graphql',
    maxMessageBytes: settings.subscriptionMaxMessageBytes,
    origins: settings.corsOrigins,
    serve: createServeSocket({
      ...parts,
      writeRefusal: (error, requestId) => answers.writeRefusal(error, requestId, true).body,
      onRefused: onOperation,
      initTimeoutMs: settings.subscriptionInitTimeoutMs,
      pingIntervalMs: settings.subscriptionPingIntervalMs,
      maxPerConnection: settings.subscriptionsPerConnection,
    }),
  });
}
