import { expect, it } from 'vitest';
import { imageId, projects, startSharing } from '../support/sharing.ts';

it('every change is told as Glance notifies of it, and what was refused is not', async () => {
  await using sharing = await startSharing();
  sharing.image(1);
  const events: string[] = [];
  const stop = sharing.world.listen((type, { member_id: member, id, status, visibility }) =>
    events.push([type, member ?? id, status ?? visibility].join(' ')),
  );
  const path = `images/${imageId(1)}`;
  const setVisibility = (value: string) => [{ op: 'replace', path: '/visibility', value }];
  await sharing.rest('producer', 'POST', `${path}/members`, { member: projects.a });
  await sharing.rest('producer', 'POST', `${path}/members`, { member: projects.a });
  await sharing.rest('a', 'PUT', `${path}/members/${projects.a}`, { status: 'accepted' });
  await sharing.rest('a', 'PUT', `${path}/members/${projects.a}`, { status: 'accepted' });
  await sharing.rest('a', 'DELETE', `${path}/members/${projects.a}`);
  await sharing.rest('producer', 'DELETE', `${path}/members/${projects.a}`);
  await sharing.rest('producer', 'PATCH', path, setVisibility('private'));
  await sharing.rest('producer', 'DELETE', path);
  stop();
  sharing.image(2);
  await sharing.rest('producer', 'DELETE', `images/${imageId(2)}`);
  expect(events).toEqual([
    `image.member.create ${projects.a} pending`,
    `image.member.update ${projects.a} accepted`,
    `image.member.update ${projects.a} accepted`,
    `image.member.delete ${projects.a} accepted`,
    `image.update ${imageId(1)} private`,
    `image.delete ${imageId(1)} private`,
  ]);
});
