import { describe, expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/server.ts';
import type { World } from '../../src/simulator/world.ts';
import { exchangeRaw, type RawAnswer, spellRequest } from './support/raw-http.ts';
import { stageMariaDbWorld, stageWorld } from './support/recorded-world.ts';
import { type Recording, readMariaDbRecordings, readRecordings } from './support/recordings.ts';

const parserRefuses =
  'the HTTP parser of Node.js answers 400 and closes, while that of eventlet accepts it or words the error';

/** Recordings that cannot be replayed, with the reason. */
const excluded: Readonly<Record<string, string>> = {
  'image/download-pending-member': 'the embedded Images API keeps no image data',
  'ids/image-upper-case': 'the placeholder id has no letters; upper-case ids have a separate test',
  'images/in-upper-case': 'the placeholder id has no letters; upper-case ids have a separate test',
  'ids/raw-space-in-path': parserRefuses,
  'ids/raw-utf8-in-path': parserRefuses,
  'ids/raw-bad-utf8-in-path': parserRefuses,
  'methods/members-BREW': parserRefuses,
  'methods/members-get': parserRefuses,
  'protocol/garbage': parserRefuses,
  'protocol/length-and-chunked': parserRefuses,
  'protocol/two-lengths': parserRefuses,
};

const recordings = readRecordings();
const replayed = recordings.filter((recording) => !Object.hasOwn(excluded, recording.case));

function bodyOf({ request: { body = '' } }: Recording): string | Uint8Array {
  return body.startsWith('base64:') ? Buffer.from(body.slice('base64:'.length), 'base64') : body;
}

/** Replaces recorded addresses by those of this run, and values that differ every time by placeholders. */
function comparable(answer: RawAnswer, recording: Recording, url: string): unknown {
  const steady = (text: string): string =>
    text
      .replaceAll(new URL(url).host, 'glance.test:292')
      .replaceAll('127.0.0.1:5000', 'keystone.test:5000')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
      .replace(/req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<request id>');
  const isFresh = recording.case === 'image/create-default';
  const fresh = isFresh ? String(JSON.parse(answer.body).id) : '';
  const withoutFreshId = (text: string): string => (isFresh ? text.replaceAll(fresh, '<fresh id>') : text);
  const headers = answer.headers
    .filter(([name]) => name !== 'Date')
    .map(([name, value]) => [name.replace('Content-length', 'Content-Length'), withoutFreshId(steady(value))] as const);
  const length = answer.body.includes(new URL(url).host)
    ? [['Content-Length', String(Buffer.byteLength(steady(answer.body)))]] // otherwise it depends on the port
    : [];
  return {
    status: answer.status,
    reason: answer.reason,
    headers: Object.fromEntries([...headers, ...length]),
    body: withoutFreshId(steady(answer.body)),
  };
}

async function expectAnswer(recording: Recording, world: World): Promise<void> {
  await using simulator = await startSimulator({ world });
  const request = spellRequest({ ...recording.request, body: bodyOf(recording) });
  const answer = await exchangeRaw(simulator.url, request);
  expect(comparable(answer, recording, simulator.url)).toEqual(
    comparable(recording.response, recording, 'http://glance.test:292'),
  );
}

describe('answers like the real Images API', () => {
  it.each(replayed.map((recording) => [recording.case, recording] as const))('%s', async (name, recording) => {
    await expectAnswer(recording, stageWorld(name));
  });

  it('replays every recording except those with a reason', () => {
    expect(Object.keys(excluded).filter((name) => !recordings.some((recording) => recording.case === name))).toEqual(
      [],
    );
    expect(replayed.length + Object.keys(excluded).length).toBe(recordings.length);
  });
});

describe('answers like the real Images API on MariaDB, where ids have several spellings', () => {
  it.each(readMariaDbRecordings().map((recording) => [recording.case, recording] as const))(
    '%s',
    async (_name, recording) => {
      await expectAnswer(recording, stageMariaDbWorld(recording.held));
    },
  );
});
