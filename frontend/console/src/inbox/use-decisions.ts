import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { keepParts } from '../client.ts';
import { DecideDocument, type MemberStatus } from '../graphql/graphql.ts';
import { announceChange } from '../refresh.ts';
import { useCaller } from '../session/session.ts';
import { isDone, type PairResult, toOutcome } from '../share/outcome.ts';

/** Decides on offers, and keeps the results. */
export interface Decisions {
  /** The ids of the images whose decision is being sent. */
  readonly sending: ReadonlySet<string>;
  /** Why a decision failed, by the id of the image. */
  readonly problems: ReadonlyMap<string, string>;
  /** The ids of the images that were decided about here. */
  readonly decided: ReadonlySet<string>;
  decide(imageIds: readonly string[], status: MemberStatus): Promise<DecisionResult>;
}

export interface DecisionResult {
  readonly done: readonly string[];
  readonly failed: readonly PairResult[];
  /** Why nothing was sent at all. */
  readonly problem: string | null;
}

/** A notification from before a decision was complete can arrive this long after its answer. */
const lateMs = 5_000;

/** How many decisions this tab is sending, and when the last one was answered, in milliseconds since the page was opened. */
let inFlight = 0;
let answeredAt = Number.NEGATIVE_INFINITY;

/** Whether notifications may still be older than the cache, because this tab is sending decisions or just sent some. */
export function isSettling(): boolean {
  return inFlight > 0 || performance.now() - answeredAt < lateMs;
}

/** Sends decisions, any number in one operation; the status is changed in the cache, under the id of the membership. */
export function useDecisions(): Decisions {
  const { projectId } = useCaller();
  const [mutate] = useMutation(DecideDocument, keepParts);
  const [sending, setSending] = useState<ReadonlySet<string>>(new Set());
  const [problems, setProblems] = useState<ReadonlyMap<string, string>>(new Map());
  const [decided, setDecided] = useState<ReadonlySet<string>>(new Set());

  async function decide(imageIds: readonly string[], status: MemberStatus): Promise<DecisionResult> {
    setSending(new Set([...sending, ...imageIds]));
    inFlight++;
    const { data, error } = await mutate({ variables: { imageIds, memberId: projectId, status } }).finally(() => {
      inFlight--;
      answeredAt = performance.now();
    });
    const { pairs, problem } = toOutcome(data?.updateMemberStatuses, error);
    const done = pairs.filter(isDone).map(({ imageId }) => imageId);
    const failed = pairs.filter((pair) => !isDone(pair));
    setSending((held) => new Set([...held].filter((id) => !imageIds.includes(id))));
    setDecided((held) => new Set([...held, ...done]));
    setProblems((held) => {
      const left = [...held].filter(([id]) => !imageIds.includes(id));
      const told = failed.map(({ imageId, reasons }) => [imageId, reasons.join(' ') || 'It was not changed.'] as const);
      return new Map([...left, ...told, ...(problem ? imageIds.map((id) => [id, problem] as const) : [])]);
    });
    if (done.length > 0) announceChange();
    return { done, failed, problem };
  }

  return { sending, problems, decided, decide };
}
