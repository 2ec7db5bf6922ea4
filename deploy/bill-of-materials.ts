/** The parts of a software bill of materials that are read here. Source: CycloneDX 1.5, as `npm sbom` writes it. */
export interface BillOfMaterials {
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}

/**
 * Leaves out what is only for development, except packages whose code is bundled. `npm sbom --omit=dev` also leaves out
 * packages that both production and development need, such as `graphql`.
 *
 * @param bundled names of packages
 */
export function toReleased<Bill extends BillOfMaterials>(bill: Bill, bundled: readonly string[]): Bill {
  const components = bill.components.filter(
    ({ name, properties }) =>
      bundled.includes(name) || !properties.some((property) => property.name === 'cdx:npm:package:development'),
  );
  const left = new Set(bill.components.filter((one) => !components.includes(one)).map((one) => one['bom-ref']));
  const dependencies = bill.dependencies
    .filter(({ ref }) => !left.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => !left.has(other)) }));
  return { ...bill, components, dependencies };
}

/** The names of the packages in a notice that `npm run vendor` wrote. */
export function readBundled(notice: string): readonly string[] {
  return [...notice.matchAll(/^(\S+) \d\S* \([^)]+\)$/gm)].map(([, name = '']) => name);
}
