import fc from 'fast-check';
import { expect } from 'vitest';
import type { Answer } from '../support/gateway.ts';
import { type Name, names, SharingModel, type Status, type Step } from './sharing-model.ts';

/** The system that steps run on: a gateway, with images of the producer that are not shared yet. */
export interface Ground {
  readonly images: readonly string[];
  readonly projects: Readonly<Record<Name, string>>;
  query(name: Name, document: string, variables: Readonly<Record<string, unknown>>): Promise<Answer>;
}

const status = fc.constantFrom<Status>('PENDING', 'ACCEPTED', 'REJECTED');
// Sensible steps are more likely, so that sequences make progress.
const producer = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Name>('producer') },
  { weight: 1, arbitrary: fc.constantFrom(...names) },
);
const consumer = fc.constantFrom<Name>('a', 'b', 'a', 'b', 'stranger', 'producer');

/** A sequence of steps on this many images. */
export function steps(images: number, maxLength: number): fc.Arbitrary<Step[]> {
  const image = fc.nat({ max: images - 1 });
  const add = fc.record({ does: fc.constant('create' as const), by: producer, member: consumer, image });
  const remove = fc.record({ does: fc.constant('delete' as const), by: producer, member: consumer, image });
  const own = fc
    .record({ by: consumer, image, status })
    .map((step) => ({ ...step, does: 'update' as const, member: step.by }));
  const others = fc.record({ does: fc.constant('update' as const), by: consumer, member: consumer, image, status });
  return fc.array(
    fc.oneof(
      { weight: 4, arbitrary: add },
      { weight: 2, arbitrary: remove },
      { weight: 4, arbitrary: own },
      { weight: 1, arbitrary: others },
    ),
    { minLength: 1, maxLength },
  );
}

const mutations = {
  create: ['createImageMember', 'CreateImageMemberInput'],
  delete: ['deleteImageMember', 'DeleteImageMemberInput'],
  update: ['updateMemberStatus', 'UpdateMemberStatusInput'],
} as const;

/** Applies steps to the gateway and to the model, and compares both after each step. */
export async function follow(ground: Ground, sequence: readonly Step[]): Promise<void> {
  const model = new SharingModel(ground.images.length);
  for (const step of sequence) {
    const [field, type] = mutations[step.does];
    const input = {
      imageId: ground.images[step.image],
      memberId: ground.projects[step.member],
      ...(step.does === 'update' && { status: step.status }),
    };
    const document = `mutation ($input: ${type}!) { ${field}(input: $input) { userErrors { code } } }`;
    const { data, errors } = await ground.query(step.by, document, { input });
    expect(errors).toBeUndefined();
    const payload = data?.[field] as { userErrors: { code: string }[] } | undefined;
    expect({ ...step, refused: payload?.userErrors[0]?.code ?? null }).toEqual({ ...step, refused: model.take(step) });
    await expectSeen(ground, model, step.image);
  }
}

async function expectSeen(ground: Ground, model: SharingModel, image: number): Promise<void> {
  const document = 'query ($id: ID!) { image(id: $id) { id members { memberId status } } }';
  await Promise.all(
    names.map(async (name) => {
      const { data, errors } = await ground.query(name, document, { id: ground.images[image] });
      expect(errors).toBeUndefined();
      const seen = data?.['image'] as { members: { memberId: string; status: string }[] } | null;
      const members = seen?.members.map(({ memberId, status: held }) => [memberId, held]).sort();
      const expected = model.seenBy(name, image);
      const wanted = expected && [...expected].map(([member, held]) => [ground.projects[member], held]).sort();
      expect({ name, members: members ?? null }).toEqual({ name, members: wanted });
    }),
  );
}
