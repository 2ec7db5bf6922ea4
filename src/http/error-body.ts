/** An error before GraphQL had a say, in GraphQL's shape. */
export function toErrorBody(code: string, message: string, extensions: Readonly<Record<string, unknown>> = {}): string {
  return `${JSON.stringify({ errors: [{ message, extensions: { code, ...extensions } }] })}\n`;
}
