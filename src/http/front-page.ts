import { prefersHtml } from './media-type.ts';
import { createPage, type PageLink } from './page.ts';
import type { Handler } from './server.ts';
import { createFileHandler } from './static-files.ts';

/** An address that the front page lists. */
interface Entry {
  readonly path: string;
  readonly name: string;
  /** The link on the page; null if only programs use the address. */
  readonly link: Omit<PageLink, 'href'> | null;
}

const entries: readonly Entry[] = [
  {
    path: '/console',
    name: 'console',
    link: { title: 'Console', text: 'Share images with other projects, and accept those that are shared with yours.' },
  },
  {
    path: '/explorer',
    name: 'explorer',
    link: {
      title: 'Explorer',
      text: 'Write and run queries, with the documentation of every field. Needs no internet.',
    },
  },
  {
    path: '/schema.graphql',
    name: 'schema',
    link: { title: 'Documentation', text: 'The schema: every type, field and argument with its description.' },
  },
  { path: '/graphql', name: 'graphql', link: null },
];

/**
 * Answers at `/` with the addresses that the gateway serves: a page for browsers, a JSON object for programs.
 *
 * @param paths the paths that this gateway serves.
 */
export function createFrontPage(paths: readonly string[]): Handler {
  const served = entries.filter(({ path }) => paths.includes(path));
  const page = createFileHandler(
    createPage({
      title: 'Image sharing',
      text: 'A GraphQL gateway for sharing machine images between projects. Its endpoint is <code>graphql</code>.',
      links: served.flatMap(({ path, link }) => (link === null ? [] : [{ ...link, href: path.slice(1) }])),
    }),
  );
  const addresses = Object.fromEntries(served.map(({ path, name }) => [name, path.slice(1)]));
  const json = createFileHandler({ type: 'application/json', body: `${JSON.stringify(addresses)}\n` });
  return (request, response) => {
    return prefersHtml(request.headers.accept) ? page(request, response) : json(request, response);
  };
}
