import { GatewayError } from '../errors.ts';
import type { GatewayContext } from '../graphql/context.ts';
import type { Graphql } from '../graphql/pipeline/create-graphql.ts';
import { newRequestId } from '../http/request-id.ts';
import type { Live } from '../live/create-live.ts';
import type { Watch } from '../live/view.ts';
import type { Token } from '../token.ts';

/** Creates the function that follows views with a token until the signal aborts. */
export type CreateWatch = (token: Token, signal: AbortSignal) => Watch<GatewayContext>;

/** Connects watchers with the subscribers' tokens: each read has its own context, with the subscriber's token. */
export function createFollowViews(
  { pace, watchers }: Live,
  { createPacedContext }: Pick<Graphql, 'createPacedContext'>,
) {
  async function readView<T>(token: Token, read: (context: GatewayContext) => Promise<T>): Promise<T> {
    // The watcher has waited for the turn of the first call.
    let isPaid = true;
    const caller = { isRouter: false, requestId: newRequestId(), token };
    const context = createPacedContext(caller, new AbortController().signal, {
      sharedReads: null,
      async pace() {
        if (!isPaid) await pace.take({ tokenId: token.id, urgent: true });
        isPaid = false;
      },
    });
    try {
      const state = await context.budget.wait(read(context));
      if (state instanceof GatewayError) throw state;
      return state;
    } finally {
      context.budget.close();
    }
  }

  const createWatch: CreateWatch = (token, signal) => (view) =>
    watchers.changes(
      token,
      view.key,
      { ...view, read: (previous) => readView(token, (context) => view.read(context, previous)) },
      signal,
    );
  return createWatch;
}
