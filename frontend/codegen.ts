import type { CodegenConfig } from '@graphql-codegen/cli';

const scalars = { ID: 'string', DateTime: 'string', SafeInt: 'number', JSONObject: 'Record<string, unknown>' };

/** Types and documents of one folder's `operations.graphql`, by the client preset. */
function client(folder: string): CodegenConfig['generates'] {
  return {
    [`${folder}/graphql/`]: {
      preset: 'client',
      documents: `${folder}/operations.graphql`,
      presetConfig: { fragmentMasking: false, skipIndexFile: true },
      config: { scalars, enumsAsTypes: true, useTypeImports: true, immutableTypes: true },
    },
  };
}

const config: CodegenConfig = {
  schema: '../schema/*.graphql',
  generates: {
    'schema.graphql': { plugins: ['schema-ast'] },
    ...client('console/src'),
    ...client('examples/apollo'),
    ...client('examples/urql'),
  },
};

export default config;
