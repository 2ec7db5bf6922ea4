import { CombinedGraphQLErrors, type ErrorLike } from '@apollo/client';
import { toMessage } from '../failure.tsx';
import type { ChangeRowFragment, ImageMemberOutcome, RefusalFragment } from '../graphql/graphql.ts';

/** The result for one pair of image and project. */
export interface PairResult {
  readonly imageId: string;
  readonly memberId: string;
  readonly outcome: ImageMemberOutcome;
  readonly reasons: readonly string[];
}

/** The result of a bulk mutation. */
export interface Outcome {
  readonly pairs: readonly PairResult[];
  /** Why nothing was done at all. */
  readonly problem: string | null;
}

interface Payload {
  readonly changes: readonly ChangeRowFragment[];
  readonly userErrors: readonly RefusalFragment[];
}

/** Reads the answer to a bulk mutation; the errors of a row are found by their path. */
export function toOutcome(payload: Payload | undefined, error: ErrorLike | undefined): Outcome {
  const refusals = (payload?.userErrors ?? []).map(({ message }) => message).join(' ');
  const errors = CombinedGraphQLErrors.is(error) ? error.errors : [];
  const pairs = (payload?.changes ?? []).map(({ imageId, memberId, outcome, userErrors }, index) => ({
    imageId,
    memberId: memberId ?? '',
    outcome,
    reasons: [...userErrors, ...errors.filter(({ path }) => path?.[1] === 'changes' && path[2] === index)].map(
      ({ message }) => message,
    ),
  }));
  return { pairs, problem: refusals || (pairs.length === 0 && error ? toMessage(error) : null) };
}

/** Puts the results of a second try in place of those that failed in the first one. */
export function mergeOutcomes(first: Outcome, second: Outcome): Outcome {
  const isRetried = (pair: PairResult) =>
    second.pairs.find(({ imageId, memberId }) => imageId === pair.imageId && memberId === pair.memberId);
  return {
    pairs: first.pairs.map((pair) => (isFailed(pair) ? (isRetried(pair) ?? pair) : pair)),
    problem: second.problem,
  };
}

/** Failed: trying again may help. */
export function isFailed({ outcome }: PairResult): boolean {
  return outcome === 'FAILED' || outcome === 'UNKNOWN';
}

/** Whether the pair is as it was wanted. */
export function isDone({ outcome }: PairResult): boolean {
  return outcome === 'DONE' || outcome === 'UNCHANGED';
}

type Words = Readonly<Partial<Record<ImageMemberOutcome, string>>>;

const added: Words = { DONE: 'shared', UNCHANGED: 'already shared' };
const removed: Words = { DONE: 'no longer shared', UNCHANGED: 'not shared before' };
const problems: Words = { FAILED: 'failed', UNKNOWN: 'uncertain', REFUSED: 'refused' };

/** One sentence about all pairs, failures first: `2 failed, 1 refused, 6 shared.` */
export function summarise({ pairs }: Outcome, action: 'share' | 'stop'): string {
  const words = { ...problems, ...(action === 'share' ? added : removed) };
  const parts = Object.entries(words).flatMap(([outcome, word]) => {
    const number = pairs.filter((pair) => pair.outcome === outcome).length;
    return number > 0 ? [`${number} ${word}`] : [];
  });
  return `${parts.join(', ')}.`;
}
