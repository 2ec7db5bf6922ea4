import type { Hint } from './view.ts';

/** The event types of Glance that concern images or memberships. */
const memberEvents = /^image\.member\.(?:create|update|delete)$/;
const imageEvents = /^image\.(?:update|delete|activate)$/;

/**
 * Parses a notification of Glance; null if it affects no view. Source: oslo.messaging, "messagingv2" envelope;
 * Glance, "Notifications".
 *
 * @param body JSON: an envelope whose `oslo.message` is JSON again, or the message itself.
 */
export function parseNotification(body: string): Hint | null {
  const outer = parseObject(body);
  const inner = outer['oslo.message'];
  const { event_type: type, payload } = typeof inner === 'string' ? parseObject(inner) : outer;
  return typeof type === 'string' && isObject(payload) ? toHint(type, payload) : null;
}

/** The hint in an event of Glance; null if it affects no view. */
export function toHint(type: string, payload: Readonly<Record<string, unknown>>): Hint | null {
  const { image_id: imageId, member_id: memberId, id, visibility } = payload;
  if (memberEvents.test(type) && typeof imageId === 'string' && typeof memberId === 'string') {
    return { kind: 'member', imageId, memberId };
  }
  if (!imageEvents.test(type) || typeof id !== 'string') return null;
  return { kind: 'image', imageId: id, mayAppear: type !== 'image.delete' && visibility === 'shared' };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
