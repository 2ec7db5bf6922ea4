import type { ConfigExport } from 'rolldown';

// For `npm run build`. Few files, because Node loads each module separately, which slows the start. Not minified, so that
// stack traces stay readable. Dependencies stay packages, for audits and updates.
export default {
  input: ['src/main.ts', 'src/start.ts'],
  platform: 'node',
  external: /^[^./]/,
  output: { dir: 'dist', cleanDir: true, chunkFileNames: '[name].js', sourcemap: true },
} satisfies ConfigExport;
