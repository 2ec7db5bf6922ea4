import type { MemberStatus } from './graphql/graphql.ts';

/** A member's status, in a word and a colour. */
export function StatusBadge({ status }: { readonly status: MemberStatus }) {
  return <span className={`badge ${status.toLowerCase()}`}>{status.toLowerCase()}</span>;
}
