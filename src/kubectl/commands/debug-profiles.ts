/** What each kubectl debug profile gives the debugging container (k8s.io/kubectl/pkg/cmd/debug/profiles.go). */
import type { Container } from '../../kube/objects.ts';

export const profiles = ['legacy', 'general', 'baseline', 'restricted', 'netadmin', 'sysadmin'] as const;
export type Profile = (typeof profiles)[number];
export type DebugContainer = Container & { targetContainerName?: string };

export interface Profiled {
  readonly container: DebugContainer;
  /** For the pod that holds it: host namespaces, volumes. */
  readonly spec: Readonly<Record<string, unknown>>;
}

export function isProfile(name: string): name is Profile {
  return (profiles as readonly string[]).includes(name);
}

type Style = 'ephemeral' | 'copy' | 'node';

/** `name` must be a known profile. */
export function applyProfile(name: string, style: Style, container: DebugContainer): Profiled {
  const profile = isProfile(name) ? name : 'general';
  const host = style === 'node' ? hostAccess(profile) : {};
  const mounted =
    style === 'node' && mountsHost(profile)
      ? { ...container, volumeMounts: [{ mountPath: '/host', name: 'host-root' }] }
      : container;
  return { container: secure(profile, style, mounted), spec: host };
}

/** restricted and baseline keep out of the host. */
function hostAccess(profile: Profile): Record<string, unknown> {
  const namespaces = { hostNetwork: true, hostPID: true };
  const volumes = [{ name: 'host-root', hostPath: { path: '/' } }];
  switch (profile) {
    case 'legacy':
    case 'general':
    case 'sysadmin':
      return { ...namespaces, hostIPC: true, volumes };
    case 'netadmin':
      return { ...namespaces, hostIPC: true };
    case 'baseline':
    case 'restricted':
      return {};
  }
}

function mountsHost(profile: Profile): boolean {
  return profile === 'legacy' || profile === 'general' || profile === 'sysadmin';
}

function secure(profile: Profile, style: Style, container: DebugContainer): DebugContainer {
  switch (profile) {
    case 'legacy':
    case 'baseline':
      return container;
    case 'general':
      // on a node the host's processes are visible anyway
      return style === 'node' ? container : withCapabilities(container, ['SYS_PTRACE']);
    case 'netadmin':
      return withCapabilities(container, ['NET_ADMIN', 'NET_RAW']);
    case 'sysadmin':
      return { ...container, securityContext: { ...container.securityContext, privileged: true } };
    case 'restricted':
      return {
        ...container,
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          runAsNonRoot: true,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      };
  }
}

function withCapabilities(container: DebugContainer, add: string[]): DebugContainer {
  return { ...container, securityContext: { ...container.securityContext, capabilities: { add } } };
}
