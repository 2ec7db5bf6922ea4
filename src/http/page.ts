import { createHash } from 'node:crypto';
import type { StaticFile } from './static-files.ts';

/** A link on a page, with a sentence about its target. Addresses are relative, because a proxy may add a path prefix. */
export interface PageLink {
  readonly href: string;
  readonly title: string;
  readonly text: string;
}

interface Page {
  readonly title: string;
  readonly text: string;
  readonly links: readonly PageLink[];
  /** HTML after the links. */
  readonly more?: string;
  /** `Content-Security-Policy` directives for what the page loads in addition to its own style. */
  readonly policy?: readonly string[];
}

const style = `
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif;
    color: light-dark(#1b2129, #e6e9ed); background: light-dark(#f5f6f8, #13161b); }
  body { max-width: 40rem; margin: 0 auto; padding: 3rem 1.25rem; }
  h1 { margin: 0; font-size: 1.5rem; }
  p { margin: .25rem 0 0; color: light-dark(#566170, #a3adba); }
  ul { display: grid; gap: .75rem; margin: 1.5rem 0 0; padding: 0; list-style: none; }
  a { display: block; padding: .875rem 1rem; border: 1px solid light-dark(#dde1e7, #323943); border-radius: .5rem;
    color: inherit; background: light-dark(#fff, #1b2027); text-decoration: none; }
  a:hover { border-color: light-dark(#0b5cad, #6cb2f7); }
  a:focus-visible { outline: 2px solid light-dark(#0b5cad, #6cb2f7); outline-offset: 2px; }
  strong { color: light-dark(#0b5cad, #6cb2f7); }
  #sandbox:empty { display: none; }
  #sandbox, #sandbox iframe { position: fixed; inset: 0; width: 100%; height: 100%; border: 0; background: #fff; }
`;

const styleHash = createHash('sha256').update(style).digest('base64');

/** Creates a page of links. Its policy allows it to load only what `policy` names. */
export function createPage({ title, text, links, more = '', policy = [] }: Page): StaticFile {
  const items = links.map(
    (link) => `<li><a href="${link.href}"><strong>${link.title}</strong><p>${link.text}</p></a></li>`,
  );
  const body = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <link rel="icon" href="data:,">
    <style>${style}</style>
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      <p id="text">${text}</p>
      <ul>${items.join('')}</ul>
    </main>${more}
  </body>
</html>
`;
  const directives = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    ...policy,
  ];
  return { type: 'text/html; charset=utf-8', body, policy: directives.join('; ') };
}
