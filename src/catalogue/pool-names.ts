/** What makes an entry of a pool another one than the rest. */
export interface PoolPart {
  readonly provider: string;
  readonly instance: string;
  /** null: not known. */
  readonly region: string | null;
  readonly kind: string;
}

/**
 * Names that tell the entries of a pool apart and are no longer than that needs: `TYPE`, else `TYPE@REGION`, else
 * `TYPE@REGION:KIND`, with `PROVIDER/` in front where two providers have a type of the name. The texts hold none of `/@:#`,
 * so that names of different entries differ.
 * @param parts no two alike
 * @returns one name a part, in the same order
 */
export function poolNames(parts: readonly PoolPart[]): readonly string[] {
  return parts.map((part) => {
    const alike = parts.filter(({ instance }) => instance === part.instance);
    const ofProvider = alike.filter(({ provider }) => provider === part.provider);
    const type =
      ofProvider.length < alike.length ? `${part.provider}/${part.instance}` : part.instance;
    if (ofProvider.length === 1) return type;
    const place = part.region === null ? type : `${type}@${part.region}`;
    const regions = new Set(ofProvider.map(({ region }) => region));
    return regions.size === ofProvider.length ? place : `${place}:${part.kind}`;
  });
}
