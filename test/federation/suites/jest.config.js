/** The suites that need Jest. Run by `npm run test:federation`. */
const suites = '<rootDir>/test/federation/suites';
const shared = { rootDir: '../../..', testEnvironment: 'node', modulePathIgnorePatterns: ['/dist/subgraphs/'] };

export default {
  projects: [
    {
      ...shared,
      displayName: '@apollo/server-integration-testsuite',
      roots: [suites],
      testMatch: [`${suites}/server-integration.jest.ts`],
      extensionsToTreatAsEsm: ['.ts'],
      transform: { '\\.ts$': `${suites}/strip-types.js` },
    },
    {
      ...shared,
      displayName: '@apollo/federation-subgraph-compatibility-tests',
      roots: [`${suites}/node_modules/@apollo/federation-subgraph-compatibility-tests/dist`],
      testMatch: ['**/dist/tests/*.test.js'],
      testPathIgnorePatterns: [],
      haste: { retainAllFiles: true },
      transform: {},
      globalSetup: `${suites}/compatibility/global-setup.js`,
      globalTeardown: `${suites}/compatibility/global-teardown.js`,
      setupFilesAfterEnv: [`${suites}/compatibility/use-free-port.cjs`],
    },
  ],
};
