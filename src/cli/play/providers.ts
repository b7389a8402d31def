/** Which providers there are in this version, and what each can do. */
import type { Capability, ProviderName } from '../../cluster/provider.ts';
import { LabError } from '../../kit/errors.ts';

const capabilities: Readonly<Partial<Record<ProviderName, readonly Capability[]>>> = {
  embedded: ['enforces-policy', 'dns', 'outside-world', 'host-network', 'calico-policy', 'virtual-time'],
};

/** Throws LabError ERR_NOT_APPLICABLE for one that this version does not have. */
export function requireProvider(on: ProviderName): void {
  if (capabilities[on]) return;
  throw new LabError('ERR_NOT_APPLICABLE', `this version cannot play on ${on} yet`, {
    cure: 'leave --on out: the embedded cluster needs nothing but Node',
  });
}

export function unmetNeeds(needs: readonly Capability[], on: ProviderName): readonly Capability[] {
  return needs.filter((need) => !capabilities[on]?.includes(need));
}
