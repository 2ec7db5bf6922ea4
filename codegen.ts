import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: 'schema/*.graphql',
  generates: {
    'src/graphql/generated.ts': {
      plugins: [
        { add: { content: '// Written by `npm run codegen` from schema/*.graphql; do not edit.' } },
        'typescript',
        'typescript-resolvers',
      ],
      config: {
        federation: true,
        enumsAsTypes: true,
        useTypeImports: true,
        immutableTypes: true,
        contextType: './context.ts#GatewayContext',
        mappers: {
          Image: '../upstream/model.ts#Image as ImageModel',
          CreateImageMemberPayload: './models.ts#MemberPayload',
          DeleteImageMemberPayload: './models.ts#DeletePayload',
          ImageChange: './models.ts#ImageChangeModel',
          UpdateImagePayload: './models.ts#UpdateImageModel',
          UpdateMemberStatusPayload: './models.ts#MemberPayload',
          Project: '../identity/model.ts#Project as ProjectModel',
          Viewer: './models.ts#ViewerModel',
          ImageMembersChanged: './models.ts#ImageMembersChangedModel',
          SharedWithMeChanged: './models.ts#SharedWithMeChangedModel',
          ImageMemberEvent: './models.ts#ImageMemberEventModel',
          ImageMember: './models.ts#ImageMemberModel',
        },
        scalars: {
          ID: 'string',
          DateTime: 'string',
          SafeInt: 'number',
          JSONObject: 'Readonly<Record<string, unknown>>',
        },
      },
    },
    // For the tools of frontend/, which know nothing of the files in schema/.
    'frontend/schema.graphql': { plugins: ['schema-ast'] },
  },
};

export default config;
