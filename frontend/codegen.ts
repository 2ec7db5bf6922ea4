import type { CodegenConfig } from '@graphql-codegen/cli';

const preset = 'client';
const presetConfig = { fragmentMasking: false, skipIndexFile: true };

const codegen: CodegenConfig = {
  schema: '../schema/*.graphql',
  config: {
    enumsAsTypes: true,
    immutableTypes: true,
    useTypeImports: true,
    scalars: { ID: 'string', DateTime: 'string', SafeInt: 'number', JSONObject: 'Record<string, unknown>' },
  },
  generates: {
    'console/src/graphql/': { preset, presetConfig, documents: 'console/src/operations.graphql' },
    'examples/apollo/graphql/': {
      preset,
      presetConfig,
      documents: 'examples/apollo/operations.graphql',
      // Answers that are made up, such as optimistic ones, must not forget it: caches need it.
      config: { nonOptionalTypename: true },
    },
    'examples/urql/graphql/': { preset, presetConfig, documents: 'examples/urql/operations.graphql' },
  },
};

export default codegen;
