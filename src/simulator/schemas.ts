import type { Json } from './json.ts';
import documents from './schemas.json' with { type: 'json' };

const describedBy: Json = { rel: 'describedby', href: '{schema}' };
const text: Json = { type: 'string' };

/** The documents of GET /v2/schemas/{name}, as in Glance 25.1. */
export const schemas: Readonly<Record<'image' | 'images' | 'member' | 'members', Json>> = {
  image: documents.image,
  images: {
    name: 'images',
    properties: {
      images: { type: 'array', items: documents.image },
      first: text,
      next: text,
      schema: text,
    },
    links: [{ rel: 'first', href: '{first}' }, { rel: 'next', href: '{next}' }, describedBy],
  },
  member: documents.member,
  members: {
    name: 'members',
    properties: { members: { type: 'array', items: documents.member }, schema: text },
    links: [describedBy],
  },
};
