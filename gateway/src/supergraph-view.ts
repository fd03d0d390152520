import { Kind, parse, print, visit } from 'graphql';

const ENFORCED_HERE = /^https:\/\/specs\.apollo\.dev\/(authenticated|requiresScopes)\/v0\.1$/;

/**
 * The supergraph as the Apollo gateway may load it. It refuses every feature linked `for: SECURITY` that it doesn't
 * enforce itself. Our guard enforces these two, so their links lose that one word; any other still fails to load.
 */
export function withoutEnforcedSecurityLinks(supergraphSdl: string): string {
  const view = visit(parse(supergraphSdl, { noLocation: true }), {
    Directive(directive) {
      if (directive.name.value !== 'link') return undefined;
      const url = directive.arguments?.find((argument) => argument.name.value === 'url')?.value;
      if (url?.kind !== Kind.STRING || !ENFORCED_HERE.test(url.value)) return undefined;
      return { ...directive, arguments: directive.arguments?.filter((argument) => argument.name.value !== 'for') };
    },
  });
  return print(view);
}
