/** Core files and the tests that hold their promises; a part takes a few minutes. */
export interface Part {
  /** Below `src/`. */
  readonly files: readonly string[];
  /** Below `test/`. */
  readonly tests: readonly string[];
}

/** The parts, by name. A file is in one part only. */
export const parts: Readonly<Record<string, Part>> = {
  token: {
    files: ['token.ts', 'http/token.ts', 'http/router-secret.ts', 'http/rate-limit.ts'],
    tests: ['token.test.ts', 'http/token.test.ts', 'http/router-secret.test.ts', 'http/rate-limit.test.ts'],
  },
  lockstep: {
    files: ['lockstep.ts'],
    tests: ['lockstep.test.ts'],
  },
  gate: {
    files: ['http/gate.ts'],
    tests: ['http/gate.test.ts'],
  },
  wire: {
    files: ['upstream/wire.ts'],
    tests: ['upstream/wire.test.ts', 'upstream/wire-time.test.ts'],
  },
  body: {
    files: ['http/body.ts', 'http/admission.ts'],
    tests: ['http/read-json.test.ts', 'http/admission.test.ts'],
  },
  identity: {
    files: ['upstream/path.ts', 'identity/wire.ts'],
    tests: ['upstream/path.test.ts', 'identity/wire.test.ts'],
  },
  status: {
    files: ['upstream/status.ts'],
    tests: ['upstream/status.test.ts'],
  },
  breaker: {
    files: ['upstream/breaker.ts', 'upstream/retry-budget.ts', 'upstream/fair-queue.ts'],
    tests: ['upstream/breaker.test.ts', 'upstream/fair-queue.test.ts'],
  },
  transport: {
    files: ['upstream/transport.ts'],
    tests: ['upstream/transport.test.ts', 'upstream/transport-turns.test.ts', 'upstream/transport-reports.test.ts'],
  },
  attempt: {
    files: ['upstream/attempt.ts', 'upstream/connection-pool.ts'],
    tests: ['upstream/attempt.test.ts', 'upstream/connection-pool.test.ts'],
  },
  'shared-reads': {
    files: ['upstream/shared-reads.ts', 'upstream/deadline.ts', 'call-abort.ts'],
    tests: ['upstream/shared-reads.test.ts', 'upstream/deadline.test.ts', 'call-abort.test.ts'],
  },
  'images-client': {
    files: ['upstream/images-client.ts'],
    tests: ['upstream/images-client.test.ts', 'upstream/images-client-calls.test.ts'],
  },
  errors: {
    files: ['errors.ts'],
    tests: ['errors.test.ts', 'documentation/reference.test.ts'],
  },
  federation: {
    files: ['graphql/federation.ts'],
    tests: ['federation/guard.test.ts', 'federation/entities.test.ts', 'operations/entities.test.ts'],
  },
  limits: {
    files: ['graphql/limits/document.ts', 'graphql/limits/list-sizes.ts'],
    tests: ['graphql/document-limits.test.ts'],
  },
  source: {
    files: ['graphql/limits/source.ts', 'graphql/limits/variables.ts'],
    tests: ['graphql/source.test.ts'],
  },
  introspection: {
    files: ['graphql/limits/schema-bytes.ts'],
    tests: ['graphql/schema-bytes.test.ts'],
  },
  budget: {
    files: ['graphql/limits/operation-budget.ts', 'graphql/limits/answer-bytes.ts'],
    tests: ['graphql/operation-budget.test.ts', 'graphql/answer-bytes.test.ts'],
  },
  refusals: {
    files: ['graphql/limits/refusal.ts', 'graphql/limits/memory-pool.ts', 'graphql/limits/error-cap.ts'],
    tests: ['graphql/refusal.test.ts', 'graphql/memory-pool.test.ts', 'graphql/error-cap.test.ts'],
  },
  charges: {
    files: ['graphql/limits/list-charge.ts'],
    tests: ['graphql/list-charge.test.ts'],
  },
  trusted: {
    files: ['graphql/trusted-documents.ts'],
    tests: ['graphql/manifest.test.ts'],
  },
  documents: {
    files: [
      'graphql/documents/document-store.ts',
      'graphql/documents/prepare-document.ts',
      'graphql/documents/source-lines.ts',
      'graphql/documents/subscription-root.ts',
    ],
    tests: ['graphql/documents.test.ts'],
  },
  compiled: {
    files: [
      'graphql/documents/code-size.ts',
      'graphql/documents/compile-operation.ts',
      'graphql/documents/operation.ts',
      'graphql/documents/validate-document.ts',
      'graphql/documents/variable-check.ts',
    ],
    tests: [
      'graphql/compile-operation.test.ts',
      'graphql/operation.test.ts',
      'graphql/validate-document.test.ts',
      'graphql/variable-check.test.ts',
    ],
  },
  requested: {
    files: ['graphql/pipeline/find-operation.ts', 'graphql/pipeline/parameters.ts'],
    tests: ['graphql/parameters.test.ts', 'graphql/find-operation.test.ts'],
  },
  writes: {
    files: ['graphql/data/writes.ts'],
    tests: [
      'graphql/data/writes.test.ts',
      'operations/mutations.test.ts',
      'operations/removals.test.ts',
      'operations/update-image.test.ts',
    ],
  },
  loaders: {
    files: ['graphql/data/loaders.ts'],
    tests: ['graphql/data/loaders.test.ts'],
  },
  imageLookups: {
    files: [
      'graphql/data/images-by-id.ts',
      'graphql/data/own-statuses.ts',
      'graphql/data/leave-out-own.ts',
      'graphql/data/ownership.ts',
    ],
    tests: ['graphql/data/images-by-id.test.ts', 'graphql/data/own-statuses.test.ts'],
  },
  shownErrors: {
    files: ['graphql/pipeline/describe-error.ts', 'graphql/ids.ts'],
    tests: ['graphql/describe-error.test.ts', 'graphql/error-codes.test.ts'],
  },
  callerIdentity: {
    files: ['graphql/data/caller-identity.ts', 'graphql/data/project-names.ts'],
    tests: ['graphql/data/caller-identity.test.ts'],
  },
  memberChange: {
    files: ['graphql/resolvers/member-change.ts'],
    tests: ['operations/missing-members.test.ts', 'operations/mutations.test.ts', 'operations/removals.test.ts'],
  },
  ownProject: {
    files: ['graphql/data/own-project.ts'],
    tests: ['graphql/data/own-project.test.ts'],
  },
  selection: {
    files: ['graphql/selection.ts'],
    tests: ['graphql/selection.test.ts'],
  },
  memberRefusals: {
    files: ['graphql/resolvers/refusal.ts'],
    tests: ['graphql/resolvers/refusal.test.ts'],
  },
  imageChanges: {
    files: ['graphql/resolvers/image-change.ts', 'graphql/resolvers/update-image.ts'],
    tests: ['graphql/resolvers/image-change.test.ts'],
  },
  payloads: {
    files: ['graphql/resolvers/payload.ts', 'graphql/resolvers/run-each.ts'],
    tests: ['graphql/resolvers/payload.test.ts', 'graphql/resolvers/run-each.test.ts'],
  },
  bulkChanges: {
    files: ['graphql/resolvers/bulk-changes.ts', 'graphql/resolvers/make-shared.ts'],
    tests: ['graphql/resolvers/bulk-changes.test.ts', 'graphql/resolvers/set-members.test.ts'],
  },
  setMembers: {
    files: ['graphql/resolvers/set-members.ts'],
    tests: ['graphql/resolvers/set-members.test.ts'],
  },
  memberView: {
    files: ['graphql/resolvers/member-view.ts'],
    tests: ['graphql/resolvers/member-view.test.ts'],
  },
  memberStatuses: {
    files: ['graphql/resolvers/member-statuses.ts'],
    tests: ['graphql/resolvers/member-statuses.test.ts'],
  },
  answers: {
    files: ['graphql/pipeline/answer.ts'],
    tests: ['graphql/answer-writer.test.ts'],
  },
  imageLists: {
    files: ['graphql/resolvers/image-order.ts', 'graphql/resolvers/image-page.ts', 'graphql/resolvers/image-walk.ts'],
    tests: ['graphql/resolvers/image-lists.test.ts'],
  },
  entities: {
    files: [
      'graphql/resolvers/image.ts',
      'graphql/resolvers/image-member.ts',
      'graphql/resolvers/project.ts',
      'graphql/resolvers/resolve-image.ts',
      'graphql/resolvers/viewer.ts',
    ],
    tests: ['graphql/resolvers/entities.test.ts'],
  },
  memberships: {
    files: ['graphql/resolvers/my-membership.ts', 'graphql/resolvers/own-member.ts'],
    tests: ['graphql/resolvers/memberships.test.ts'],
  },
  imageMembers: {
    files: ['graphql/resolvers/image-members.ts'],
    tests: ['graphql/resolvers/image-members.test.ts'],
  },
  views: {
    files: ['graphql/resolvers/inbox-view.ts', 'graphql/resolvers/subscription.ts'],
    tests: ['graphql/resolvers/views.test.ts'],
  },
};
