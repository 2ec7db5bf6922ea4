import { describe, expect, it } from 'vitest';
import { createDemoWorld, demoIdentities } from '../../src/simulator/seed.ts';
import { type SimulatorOptions, startSimulator } from '../../src/simulator/server.ts';
import { callers } from './support/client.ts';

const { producer } = demoIdentities;

async function start(options: Omit<SimulatorOptions, 'world'> = {}) {
  const world = createDemoWorld();
  const add = (name: string, more: object = {}) =>
    world.addImage({ name, owner: producer.projectId, tags: ['query'], ...more });
  add('Ubuntu: 22.04', {
    size: 5_000_000_000,
    createdAt: new Date('2026-01-01T00:00:00Z'),
    properties: { rack: 'r1' },
  });
  add('in:a,"b"', { size: 10, createdAt: new Date('2026-02-01T00:00:00Z') });
  add('a,b', { createdAt: new Date('2026-03-01T00:00:00Z'), diskFormat: 'iso' });
  const simulator = await startSimulator({ world, ...options });
  const get = (query: string) => callers(simulator.url)(producer.token)('GET', `/v2/images?tag=query&${query}`);
  return { simulator, get };
}

function names(images: readonly { readonly name: string }[]): string[] {
  return images.map(({ name }) => name);
}

describe('filters of the image list', () => {
  it.each([
    ['name=eq:Ubuntu:%2022.04', ['Ubuntu: 22.04']],
    ['name=eq:in:a,%22b%22', ['in:a,"b"']],
    ['name=in:%22a,b%22,Ubuntu', ['a,b']],
    ['name=in:Ubuntu:%2022.04', ['Ubuntu: 22.04']],
    ['status=eq:queued', ['a,b', 'in:a,"b"', 'Ubuntu: 22.04']],
    ['disk_format=in:iso,qcow2', ['a,b']],
    ['size_min=11', ['Ubuntu: 22.04']],
    ['size_max=10', ['in:a,"b"']],
    ['size=10', ['in:a,"b"']],
    ['created_at=gt:2026-02-01T00:00:00Z', ['a,b']],
    ['created_at=gte:2026-02-01T01:00:00%2B01:00', ['a,b', 'in:a,"b"']],
    ['created_at=2026-01-01T00:00:00Z', ['Ubuntu: 22.04']],
    ['updated_at=neq:2026-01-01', ['a,b', 'in:a,"b"']],
    ['rack=r1', ['Ubuntu: 22.04']],
    ['rack=r2', []],
    ['protected=true', []],
    ['tag=nowhere', []],
    ['sort=size:asc,name', ['a,b', 'in:a,"b"', 'Ubuntu: 22.04']],
    ['sort_key=name&sort_dir=asc', ['Ubuntu: 22.04', 'a,b', 'in:a,"b"']],
  ])('%s', async (query, expected) => {
    const { simulator, get } = await start();
    await using _ = simulator;
    expect(names((await get(query)).json.images)).toEqual(expected);
  });

  it.each([
    ['name=Ubuntu:%2022.04', "Unable to filter by unknown operator 'Ubuntu'."],
    ['name=in:%22a', 'The quote is not closed.'],
    ['created_at=foo:2026-01-01', 'Unable to filter on a unknown operator.'],
    ['size_min=many', 'Unable to filter on a range with a non-numeric value.'],
    ['sort_key=name&sort_dir=asc&sort_dir=desc', 'Number of sort dirs does not match the number of sort keys'],
  ])('%s is refused', async (query, message) => {
    const { simulator, get } = await start();
    await using _ = simulator;
    expect(await get(query)).toMatchObject({ status: 400, json: { message: expect.stringContaining(message) } });
  });
});

describe('pages of the image list', () => {
  it('have the configured default and maximum size', async () => {
    const { simulator, get } = await start({ pageDefault: 1, pageMax: 2 });
    await using _ = simulator;
    expect(names((await get('')).json.images)).toEqual(['a,b']);
    expect(names((await get('limit=3')).json.images)).toEqual(['a,b', 'in:a,"b"']);
  });

  it('link to the next page', async () => {
    const { simulator, get } = await start({ pageDefault: 2 });
    await using _ = simulator;
    const { json: first } = await get('sort=name:asc');
    const { json: second } = await get(String(first.next).split('?')[1] ?? '');
    expect([...names(first.images), ...names(second.images)]).toEqual(['Ubuntu: 22.04', 'a,b', 'in:a,"b"']);
    expect(second).not.toHaveProperty('next');
  });
});
