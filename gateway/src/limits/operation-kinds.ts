import { GraphQLError, specifiedRules, type ValidationRule } from 'graphql';

/** Without it, all fields of an operation are valid where the schema has no root type for it: nobody looks them up. */
export const operationKindExists: ValidationRule = (context) => ({
  OperationDefinition(node) {
    if (context.getSchema().getRootType(node.operation)) return;
    const text = `There are no operations of this kind: ${node.operation}.`;
    context.reportError(new GraphQLError(text, { nodes: node }));
  },
});

export const validationRules: readonly ValidationRule[] = [...specifiedRules, operationKindExists];
