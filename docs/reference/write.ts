import { writeFileSync } from 'node:fs';
import { errorKinds } from '../../src/errors.ts';
import { settingTable } from '../../src/settings/settings.ts';

function toTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

const settings = `# Settings

All settings are environment variables. An empty variable counts as not set. If a value is invalid, the gateway does not
start, and prints one line that names the setting.

${toTable(
  ['variable', 'default', 'takes', 'meaning'],
  Object.values(settingTable).map(({ name, defaultText, takes, meaning }) => [
    `\`${name}\``,
    defaultText,
    takes,
    meaning,
  ]),
)}`;

const errors = `# Error codes

Errors of a mutation that a user can fix are data, in \`userErrors\`. All others are GraphQL errors with one of these codes
in \`extensions.code\`, and with the request id from the gateway's log in \`extensions.requestId\`. An operation that was
executed is answered with HTTP status 200, a refused request with the status below. See also
[how to handle errors](../guides/errors.md).

${toTable(
  ['code', 'meaning', 'status', 'at fault', 'retry'],
  Object.entries(errorKinds).map(([code, { meaning, status, fault, retryable }]) => [
    `\`${code}\``,
    meaning,
    String(status),
    fault,
    retryable ? 'may help' : 'does not help',
  ]),
)}`;

/** The reference pages that are generated from the code, by file name. */
export const referencePages: Readonly<Record<string, string>> = { 'settings.md': settings, 'errors.md': errors };

if (import.meta.main) {
  for (const [name, text] of Object.entries(referencePages)) writeFileSync(new URL(name, import.meta.url), text);
}
