import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { demoIdentities } from '../../src/simulator/seed.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { callers, patchType } from './support/client.ts';

const { producer, consumerA, stranger, admin } = demoIdentities;

async function start() {
  const simulator = await startSimulator();
  const as = callers(simulator.url);
  const create = async (body: object = {}): Promise<string> => {
    const formats = { disk_format: 'raw', container_format: 'bare' };
    const { json } = await as(producer.token)('POST', '/v2/images', { body: { name: 'new', ...formats, ...body } });
    return `/v2/images/${json.id}`;
  };
  const patch = (token: string, path: string, ...body: object[]) =>
    as(token)('PATCH', path, { body, contentType: patchType });
  return { simulator, as, create, patch };
}

const octets = { contentType: 'application/octet-stream' };

describe('a new image', () => {
  it('has the attributes it was created with, custom properties first', async () => {
    const { simulator, as } = await start();
    await using _ = simulator;
    const id = 'ABCDEF12-0000-4000-8000-000000000001';
    const body = { id, name: 'café', tags: ['b', 'a', 'b'], min_disk: 3, os_hidden: true, os_distro: 'debian' };
    const created = await as(producer.token)('POST', '/v2/images', { body });
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`${simulator.url}/v2/images/${id}`);
    expect(Object.keys(created.json).slice(0, 2)).toEqual(['os_distro', 'name']);
    expect(created.json).toMatchObject({
      ...body,
      tags: ['b', 'a'],
      owner: producer.projectId,
      visibility: 'shared',
      status: 'queued',
      size: null,
    });
  });

  it('is found only by the original spelling of its id', async () => {
    const { simulator, as } = await start();
    await using _ = simulator;
    const id = 'ABCDEF12-0000-4000-8000-000000000001';
    await as(producer.token)('POST', '/v2/images', { body: { id } });
    expect((await as(producer.token)('GET', `/v2/images/${id}`)).status).toBe(200);
    expect((await as(producer.token)('GET', `/v2/images/${id.toLowerCase()}`)).status).toBe(404);
    expect((await as(producer.token)('GET', `/v2/images?id=in:${id.toLowerCase()}`)).json.images).toEqual([]);
  });

  it.each([
    [{ visibility: 'public' }, 403, 'You are not authorized to complete publicize_image action.'],
    [{ owner: consumerA.projectId }, 403, `You are not permitted to create images owned by '${consumerA.projectId}'.`],
    [{ size: 5 }, 403, "Attribute 'size' is read-only."],
    [{ location: 'x' }, 403, "Attribute 'location' is reserved."],
    [{ name: 5 }, 400, "5 is not of type 'null', 'string'"],
    [{ visibility: 'secret' }, 400, "'secret' is not one of ['community', 'public', 'private', 'shared']"],
    [{ colour: null }, 400, "None is not of type 'string'"],
    [{ min_ram: -1 }, 400, "Invalid value '-1' for parameter 'min_ram': Cannot be a negative value"],
    [{ name: '😀' }, 400, "Name can't contain 4 byte unicode characters."],
    [{ tags: Array.from({ length: 129 }, String) }, 413, 'Attempted: 129, Maximum: 128'],
    [[], 500, 'The server has either erred'],
  ])('is refused with %j', async (body, status, message) => {
    const { simulator, as } = await start();
    await using _ = simulator;
    const before = simulator.world.images.size;
    const answer = await as(producer.token)('POST', '/v2/images', { body });
    expect(answer).toMatchObject({ status, json: { message: expect.stringContaining(message) } });
    expect(simulator.world.images.size).toBe(before);
  });

  it('cannot have the id of a deleted image', async () => {
    const { simulator, as, create } = await start();
    await using _ = simulator;
    const path = await create();
    expect((await as(producer.token)('DELETE', path)).status).toBe(204);
    const body = { id: path.slice('/v2/images/'.length) };
    expect((await as(producer.token)('POST', '/v2/images', { body })).status).toBe(409);
  });
});

describe('an upload', () => {
  it('is measured and hashed, and makes the image active', async () => {
    const { simulator, as, create } = await start();
    await using _ = simulator;
    const path = await create();
    const data = 'x'.repeat(3_000_000);
    expect((await as(producer.token)('PUT', `${path}/file`, { body: data, ...octets })).status).toBe(204);
    const { json } = await as(producer.token)('GET', path);
    expect(json).toMatchObject({
      status: 'active',
      size: data.length,
      virtual_size: data.length,
      checksum: createHash('md5').update(data).digest('hex'),
      os_hash_algo: 'sha512',
      os_hash_value: createHash('sha512').update(data).digest('hex'),
      stores: 'local',
    });
  });

  it('is refused a second time, without formats, with a wrong media type, and for other projects', async () => {
    const { simulator, as, create } = await start();
    await using _ = simulator;
    const put = (token: string, path: string, contentType = octets.contentType) =>
      as(token)('PUT', `${path}/file`, { body: 'data', contentType });
    const path = await create({ visibility: 'community' });
    expect((await put(stranger.token, path)).status).toBe(403);
    expect((await put(producer.token, path, 'text/plain')).status).toBe(415);
    expect((await put(producer.token, path)).status).toBe(204);
    expect((await put(producer.token, path)).status).toBe(409);
    expect((await put(producer.token, await create({ disk_format: null }))).json.message).toContain(
      'Property disk_format must be set prior to saving data.',
    );
  });

  it('is not stored: permitted downloads return 204, and others are refused as in Glance', async () => {
    const { simulator, as, create } = await start();
    await using _ = simulator;
    const path = await create();
    await as(producer.token)('PUT', `${path}/file`, { body: 'data', ...octets });
    expect((await as(producer.token)('GET', `${path}/file`)).status).toBe(204);
    expect((await as(stranger.token)('GET', `${path}/file`)).status).toBe(404);
    await as(producer.token)('POST', `${path}/actions/deactivate`);
    expect((await as(producer.token)('GET', `${path}/file`)).status).toBe(403);
    expect((await as(admin.token)('GET', `${path}/file`)).status).toBe(204);
  });
});

describe('PATCH', () => {
  it('replaces, adds and removes attributes and properties', async () => {
    const { simulator, create, patch } = await start();
    await using _ = simulator;
    const path = await create({ zone: 'a', old: 'x' });
    const { json } = await patch(
      producer.token,
      path,
      { op: 'replace', path: '/name', value: 'renamed' },
      { op: 'add', path: '/os_hidden', value: true },
      { op: 'add', path: '/a~1b', value: 'slash' },
      { op: 'replace', path: '/zone', value: 'b' },
      { op: 'remove', path: '/old' },
    );
    expect(json).toMatchObject({ name: 'renamed', os_hidden: true, 'a/b': 'slash', zone: 'b' });
    expect(json).not.toHaveProperty('old');
  });

  it.each([
    [{ op: 'replace', path: '/visibility', value: 'public' }, 403],
    [{ op: 'replace', path: '/owner', value: 'x' }, 403],
    [{ op: 'replace', path: '/id', value: 'x' }, 403],
    [{ op: 'remove', path: '/name' }, 403],
    [{ op: 'replace', path: '/unknown', value: 'x' }, 409],
    [{ op: 'move', path: '/name' }, 400],
    [{ op: 'replace', path: 'name', value: 'x' }, 400],
    [{ op: 'replace', path: '/protected', value: 'true' }, 400],
  ])('is atomic: %j undoes the changes before it', async (change, status) => {
    const { simulator, as, create, patch } = await start();
    await using _ = simulator;
    const path = await create();
    const before = await as(producer.token)('GET', path);
    expect((await patch(producer.token, path, { op: 'replace', path: '/name', value: 'y' }, change)).status).toBe(
      status,
    );
    expect((await as(producer.token)('GET', path)).json).toEqual(before.json);
  });

  it('lets an administrator publish, and answers other callers by what they may see', async () => {
    const { simulator, create, patch } = await start();
    await using _ = simulator;
    const path = await create();
    const rename = { op: 'replace', path: '/name', value: 'x' };
    expect((await patch(stranger.token, path, rename)).status).toBe(404);
    const published = await patch(admin.token, path, { op: 'replace', path: '/visibility', value: 'public' });
    expect(published.json.visibility).toBe('public');
    expect((await patch(stranger.token, path, rename)).json.message).toContain('You do not own this image');
  });

  it('requires one of the PATCH media types', async () => {
    const { simulator, as, create } = await start();
    await using _ = simulator;
    const answer = await as(producer.token)('PATCH', await create(), { body: [] });
    expect(answer.status).toBe(415);
    expect(answer.headers.get('accept-patch')).toContain(patchType);
  });
});

describe('an image', () => {
  it('cannot be deleted while it is protected', async () => {
    const { simulator, as, create, patch } = await start();
    await using _ = simulator;
    const path = await create({ protected: true });
    expect((await as(producer.token)('DELETE', path)).status).toBe(403);
    await patch(producer.token, path, { op: 'replace', path: '/protected', value: false });
    expect((await as(producer.token)('DELETE', path)).status).toBe(204);
    expect((await as(producer.token)('DELETE', path)).status).toBe(404);
  });

  it('can be deactivated and reactivated, but not while it is queued', async () => {
    const { simulator, as, create } = await start();
    await using _ = simulator;
    const path = await create();
    expect((await as(producer.token)('POST', `${path}/actions/deactivate`)).status).toBe(403);
    await as(producer.token)('PUT', `${path}/file`, { body: 'data', ...octets });
    expect((await as(producer.token)('POST', `${path}/actions/deactivate`)).status).toBe(204);
    expect((await as(producer.token)('GET', path)).json.status).toBe('deactivated');
    expect((await as(producer.token)('POST', `${path}/actions/reactivate`)).status).toBe(204);
    expect((await as(producer.token)('GET', path)).json.status).toBe('active');
  });

  it('can be tagged and untagged', async () => {
    const { simulator, as, create } = await start();
    await using _ = simulator;
    const path = await create();
    expect((await as(producer.token)('PUT', `${path}/tags/two%20words`)).status).toBe(204);
    expect((await as(producer.token)('PUT', `${path}/tags/two%20words`)).status).toBe(204);
    expect((await as(producer.token)('GET', path)).json.tags).toEqual(['two words']);
    expect((await as(producer.token)('DELETE', `${path}/tags/two%20words`)).status).toBe(204);
    expect((await as(producer.token)('DELETE', `${path}/tags/two%20words`)).status).toBe(404);
    expect((await as(stranger.token)('PUT', `${path}/tags/x`)).status).toBe(404);
  });
});
