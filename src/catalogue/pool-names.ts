/** What makes an entry of a pool another one than the rest. */
export interface PoolPart {
  readonly provider: string;
  readonly instance: string;
  /** null: not known. */
  readonly region: string | null;
  readonly kind: string;
}

/** The entries of one type of a provider. */
interface Alike {
  number: number;
  readonly regions: Set<string | null>;
}

/**
 * Names that tell the entries of a pool apart and are no longer than that needs: `TYPE`, else `TYPE@REGION`, else
 * `TYPE@REGION:KIND`, with `PROVIDER/` in front where two providers have a type of the name. The texts hold none of `/@:#`,
 * so that names of different entries differ.
 * @param parts no two alike
 * @returns one name a part, in the same order
 */
export function poolNames(parts: readonly PoolPart[]): readonly string[] {
  const byInstance = new Map<string, Map<string, Alike>>();
  for (const { instance, provider, region } of parts) {
    const providers = byInstance.get(instance) ?? new Map<string, Alike>();
    byInstance.set(instance, providers);
    const alike = providers.get(provider) ?? { number: 0, regions: new Set() };
    providers.set(provider, alike);
    alike.number++;
    alike.regions.add(region);
  }
  return parts.map(({ provider, instance, region, kind }) => {
    const providers = byInstance.get(instance)!;
    const { number, regions } = providers.get(provider)!;
    const type = providers.size > 1 ? `${provider}/${instance}` : instance;
    if (number === 1) return type;
    const place = region === null ? type : `${type}@${region}`;
    return regions.size === number ? place : `${place}:${kind}`;
  });
}
