/** A hint from a notification: something in the Images API may have changed. It contains no data. */
export type Hint =
  | { readonly kind: 'member'; readonly imageId: string; readonly memberId: string }
  /** `mayAppear`: the image may have become visible to further projects. */
  | { readonly kind: 'image'; readonly imageId: string; readonly mayAppear: boolean };

/**
 * A part of the graph that a watcher reads repeatedly with one token. All callbacks receive states that `read` returned.
 *
 * @template Context the context of a read, with the caller's token.
 */
export interface View<Context, State> {
  /** Identifies the view among those of one token. */
  readonly key: string;
  /** Reads the current state of the view. @throws GatewayError. */
  read(context: Context, previous: State | null): Promise<State>;
  /** Whether these states do not differ for subscribers. */
  isSame(one: State, other: State): boolean;
  /** Whether a hint may affect this view; `state` is null before the first read. */
  concerns(hint: Hint, state: State | null): boolean;
}

/** A change for one subscriber: the last state sent to it, if any, and the current state. */
export interface Change<State> {
  readonly before: State | null;
  readonly now: State;
}

/** Follows a view for one caller: returns the current state first, then every change. */
export type Watch<Context> = <State>(view: View<Context, State>) => AsyncGenerator<Change<State>>;
