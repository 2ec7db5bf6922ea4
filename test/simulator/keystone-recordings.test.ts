import { describe, expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/server.ts';
import { exchangeRaw, type RawAnswer, spellRequest } from './support/raw-http.ts';
import { stageWorld } from './support/recorded-world.ts';
import { readRecordings } from './support/recordings.ts';

const recordings = readRecordings('keystone');

/** Replaces values that differ every time by placeholders; the order of projects and methods is not guaranteed. */
function comparable({ status, reason, headers, body }: RawAnswer, url: string): unknown {
  const steady = (text: string): string =>
    text
      .replaceAll(url, 'http://keystone.test')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/g, '<time>')
      .replace(/(?<="audit_ids": \[")[\w-]{22}(?="\])/g, '<audit id>')
      .replace(/req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<request id>');
  // Keystone's server may end a body by closing the connection; the framing is not part of the comparison.
  const kept = headers.filter(([name]) => name !== 'Content-Length' && name !== 'Connection');
  return {
    status,
    reason,
    headers: Object.fromEntries(
      kept.map(([name, value]) => [name, name === 'Allow' ? value.split(', ').sort() : steady(value)]),
    ),
    body: sortProjects(steady(body)),
  };
}

function sortProjects(body: string): unknown {
  if (!body.startsWith('{"projects": [')) return body;
  const { projects, ...rest } = JSON.parse(body);
  return { projects: projects.sort((a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id)), ...rest };
}

describe('answers like the real Identity API', () => {
  it.each(recordings.map((recording) => [recording.case, recording] as const))('%s', async (name, recording) => {
    await using simulator = await startSimulator({ world: stageWorld(name) });
    const { target, ...request } = recording.request;
    const answer = await exchangeRaw(simulator.url, spellRequest({ ...request, target: `/identity${target}` }));
    expect(comparable(answer, `${simulator.url}/identity`)).toEqual(
      comparable(recording.response, 'http://keystone.test:5000'),
    );
  });

  it('has recordings for all kinds of callers', () => {
    expect(new Set(recordings.map(({ response }) => response.status))).toEqual(new Set([200, 401, 403, 404, 405]));
    expect(new Set(recordings.map(({ caller }) => caller)).size).toBe(11);
  });
});
