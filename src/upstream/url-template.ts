/** What replaces the id that follows each collection in a path. */
const ids: Readonly<Record<string, string>> = {
  images: '{image_id}',
  members: '{member_id}',
  projects: '{project_id}',
};

/**
 * The path of a request without its query, and with names in place of ids: `/images/{image_id}/members`. There are few of
 * them, and none holds a value that a caller chose.
 */
export function toUrlTemplate(path: string): string {
  const [withoutQuery = ''] = path.split('?', 1);
  let collection: string | undefined;
  return withoutQuery
    .split('/')
    .map((segment) => {
      const id = collection === undefined ? undefined : ids[collection];
      collection = id === undefined ? segment : undefined;
      return id ?? segment;
    })
    .join('/');
}
