/** What one part of the measurements found. */
export interface Report {
  readonly title: string;
  /** For people. */
  readonly markdown: string;
  /** For programs: every figure behind it. */
  readonly data: unknown;
}
