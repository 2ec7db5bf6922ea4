import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const folder = new URL('../../../examples/federation/', import.meta.url);

describe('examples/federation', () => {
  it('starts with one command, answers the printed query and subscription across all subgraphs, and stops on a signal', async () => {
    const child = spawn(process.execPath, ['start.ts'], { cwd: folder, env: { ...process.env, PORT: '0' } });
    let output = '';
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      output += chunk;
      if (output.trimEnd().endsWith("}'")) break;
    }
    const url = /listens on (\S+)/.exec(output)?.[1] ?? '';
    const token = /X-Auth-Token: ([\w-]+)/.exec(output)?.[1] ?? '';
    const body = /-d '(.*)'/.exec(output)?.[1] ?? '';
    const headers = { 'content-type': 'application/json', 'x-auth-token': token };
    const answer = await (await fetch(url, { method: 'POST', headers, body })).json();
    const readme = readFileSync(new URL('README.md', folder), 'utf8');
    const subscription = /text\/event-stream' -d '(.*)'/.exec(readme)?.[1] ?? '';
    const payload = await readPayload(url, { ...headers, accept: 'text/event-stream' }, subscription);
    assert.match(payload, /"notes":\[\{"text":"Our default.*"changes":\[\]/);
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
    const shown = /```json\n(.*?)```/s.exec(readme)?.[1] ?? '';
    assert.deepEqual(answer, JSON.parse(shown));
  });
});

/** The first payload of a subscription, as JSON. */
async function readPayload(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<string> {
  const { body: stream } = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(20_000) });
  let text = '';
  for await (const chunk of stream?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const [, payload] = /^data: (.*)\n\n/m.exec(text) ?? [];
    if (payload !== undefined) return payload;
  }
  return assert.fail(`no payload: ${text}`);
}
