/** Which providers there are in this version, and what each can do. */
import type { CniName } from '../../cluster/embedded/net/cni-profiles.ts';
import { embeddedCapabilities } from '../../cluster/embedded/provider.ts';
import type { Capability, ProviderName } from '../../cluster/provider.ts';
import { LabError } from '../../kit/errors.ts';

const available: ReadonlySet<ProviderName> = new Set<ProviderName>(['embedded', 'kind', 'existing']);

/** Throws LabError ERR_NOT_APPLICABLE for one that this version does not have. */
export function requireProvider(on: ProviderName): void {
  if (available.has(on)) return;
  throw new LabError('ERR_NOT_APPLICABLE', `this version cannot play on ${on} yet`, {
    cure: 'leave --on out: the embedded cluster needs nothing but Node',
  });
}

/** `cni` is the embedded cluster's network plugin. */
export function unmetNeeds(needs: readonly Capability[], on: ProviderName, cni?: CniName): readonly Capability[] {
  const capabilities = on === 'embedded' ? embeddedCapabilities(cni) : new Set<Capability>();
  return needs.filter((need) => !capabilities.has(need));
}
