/** Something that the Images API may have changed, as its notifications tell. It says where to look, and nothing more. */
export type Hint =
  | { readonly kind: 'member'; readonly imageId: string; readonly memberId: string }
  /** `mayAppear`: somebody may see the image from now on who could not before. */
  | { readonly kind: 'image'; readonly imageId: string; readonly mayAppear: boolean };

/**
 * Something that a token may read, and that is read again and again. All callbacks work on states that `read` returned.
 *
 * @template Context what a read works with: it holds the caller's token.
 */
export interface View<Context, State> {
  /** Tells the views of one token apart. */
  readonly key: string;
  /** Reads the view as it is now. @throws GatewayError. */
  read(context: Context, previous: State | null): Promise<State>;
  /** Whether there is nothing to report between these states. */
  isSame(one: State, other: State): boolean;
  /** Whether a hint may be about this view; `state` is null before the first read. */
  concerns(hint: Hint, state: State | null): boolean;
}

/** What one subscriber is told: the state it was told last, if any, and the state now. */
export interface Change<State> {
  readonly before: State | null;
  readonly now: State;
}

/** Follows a view on behalf of one caller: first the state, then every change. */
export type Watch<Context> = <State>(view: View<Context, State>) => AsyncGenerator<Change<State>>;
