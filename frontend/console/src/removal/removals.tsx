import { useApolloClient } from '@apollo/client/react';
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { applyChanges } from '../apply-changes.ts';
import { keepParts } from '../client.ts';
import { toMessage } from '../failure.tsx';
import { StopSharingDocument } from '../graphql/graphql.ts';
import { announceChange } from '../refresh.ts';

/** How long a removal can be undone before it is sent. */
export const undoMs = 10_000;

/** A member that is to be removed. */
export interface RemovalTarget {
  readonly imageId: string;
  readonly memberId: string;
  readonly imageTitle: string;
}

export interface Removal extends RemovalTarget {
  readonly state: 'waiting' | 'writing' | 'failed';
  /** Why it failed. */
  readonly message: string | null;
}

interface Removals {
  readonly all: readonly Removal[];
  /** Waits, so that it can be undone, and then removes the member. */
  remove(target: RemovalTarget): void;
  /** Drops a removal that was not sent yet, or one that failed. */
  undo(target: RemovalTarget): void;
}

const RemovalsContext = createContext<Removals>({ all: [], remove: () => {}, undo: () => {} });

export function useRemovals(): Removals {
  return use(RemovalsContext);
}

export function isSame(one: RemovalTarget, other: RemovalTarget): boolean {
  return one.imageId === other.imageId && one.memberId === other.memberId;
}

/** Keeps the removals that wait; whatever still waits when the page is left is sent. */
export function RemovalProvider({ children }: { readonly children: ReactNode }) {
  const client = useApolloClient();
  const [all, setAll] = useState<readonly Removal[]>([]);
  const timers = useRef(
    new Map<string, { readonly timer: ReturnType<typeof setTimeout>; readonly target: RemovalTarget }>(),
  );

  const set = useCallback((target: RemovalTarget, state: Removal['state'] | null, message: string | null = null) => {
    setAll((held) => {
      if (state === null) return held.filter((other) => !isSame(other, target));
      const changed = { ...target, state, message };
      return held.some((other) => isSame(other, target))
        ? held.map((other) => (isSame(other, target) ? changed : other))
        : [...held, changed];
    });
  }, []);

  const send = useCallback(
    async (target: RemovalTarget, leaving = false) => {
      timers.current.delete(keyOf(target));
      set(target, 'writing');
      const { data, error } = await client.mutate({
        mutation: StopSharingDocument,
        variables: { imageIds: [target.imageId], memberIds: [target.memberId] },
        update: (cache, { data }) => applyChanges(cache, data?.deleteImageMembers.changes ?? []),
        // The browser finishes the request although the page is gone.
        context: { fetchOptions: { keepalive: leaving } },
        ...keepParts,
      });
      const change = data?.deleteImageMembers.changes[0];
      const isDone = change?.outcome === 'DONE' || change?.outcome === 'UNCHANGED';
      const refusals = [...(change?.userErrors ?? []), ...(data?.deleteImageMembers.userErrors ?? [])];
      if (isDone) announceChange();
      set(
        target,
        isDone ? null : 'failed',
        refusals.map(({ message }) => message).join(' ') || (error ? toMessage(error) : null),
      );
    },
    [client, set],
  );

  const remove = useCallback(
    (target: RemovalTarget) => {
      if (timers.current.has(keyOf(target))) return;
      timers.current.set(keyOf(target), { target, timer: setTimeout(() => void send(target), undoMs) });
      set(target, 'waiting');
    },
    [send, set],
  );

  const undo = useCallback(
    (target: RemovalTarget) => {
      clearTimeout(timers.current.get(keyOf(target))?.timer);
      timers.current.delete(keyOf(target));
      set(target, null);
    },
    [set],
  );

  useEffect(() => {
    const waiting = timers.current;
    function sendAll(): void {
      for (const { target, timer } of waiting.values()) {
        clearTimeout(timer);
        void send(target, true);
      }
    }
    addEventListener('pagehide', sendAll);
    return () => {
      removeEventListener('pagehide', sendAll);
      sendAll();
    };
  }, [send]);

  const removals = useMemo(() => ({ all, remove, undo }), [all, remove, undo]);
  return <RemovalsContext value={removals}>{children}</RemovalsContext>;
}

function keyOf({ imageId, memberId }: RemovalTarget): string {
  return `${imageId} ${memberId}`;
}
