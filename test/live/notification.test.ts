import { expect, it } from 'vitest';
import { parseNotification } from '../../src/live/notification.ts';

const imageId = '00000001-0000-4000-8000-000000000000';

function envelope(type: string, payload: object): string {
  const message = { event_type: type, payload, priority: 'INFO', publisher_id: 'image.localhost' };
  return JSON.stringify({ 'oslo.version': '2.0', 'oslo.message': JSON.stringify(message) });
}

it.each(['create', 'update', 'delete'])('image.member.%s names image and member', (what) => {
  const payload = { image_id: imageId, member_id: 'a', status: 'pending', deleted: what === 'delete' };
  expect(parseNotification(envelope(`image.member.${what}`, payload))).toEqual({
    kind: 'member',
    imageId,
    memberId: 'a',
  });
});

it.each([
  ['image.update', 'shared', true],
  ['image.update', 'private', false],
  ['image.activate', 'shared', true],
  ['image.delete', 'shared', false],
])('%s of a %s image: whether it may appear to somebody is %s', (type, visibility, mayAppear) => {
  expect(parseNotification(envelope(type, { id: imageId, visibility, owner: 'p' }))).toEqual({
    kind: 'image',
    imageId,
    mayAppear,
  });
});

it.each([
  ['an event of no concern', envelope('image.prepare', { id: imageId })],
  ['an event without ids', envelope('image.member.create', {})],
  ['ids that are no text', envelope('image.member.create', { image_id: 1, member_id: null })],
  ['no JSON', 'rubbish'],
  ['an envelope that holds no JSON', JSON.stringify({ 'oslo.message': '{' })],
  ['null', 'null'],
  ['a list', '[]'],
])('%s is no hint', (_what, body) => {
  expect(parseNotification(body)).toBeNull();
});
