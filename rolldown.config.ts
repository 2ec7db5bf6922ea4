import type { ConfigExport } from 'rolldown';

// `npm run build`: the program in few files, because Node takes a tenth of the start to load each module on its own. It
// stays readable, so that stack traces are. Dependencies stay packages, for audits and updates.
export default {
  input: ['src/main.ts', 'src/start.ts'],
  platform: 'node',
  external: /^[^./]/,
  output: { dir: 'dist', chunkFileNames: '[name].js', sourcemap: true },
} satisfies ConfigExport;
