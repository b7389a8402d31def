/** The pod that `kubectl debug --copy-to` makes: the original without what ties it to its place, plus a debugging container. */
import type { Container, KubeObject, Pod } from '../../kube/objects.ts';
import type { Call } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { applyProfile, type DebugContainer } from './debug-profiles.ts';
import { commandWords } from './generate.ts';

export function copyOfPod(call: Call, pod: Pod, added: DebugContainer | undefined, containerName: string): KubeObject {
  const { flags } = call;
  const { metadata, spec } = pod;
  const images = imagePairs(flags.string('set-image'));
  const words = commandWords(call);
  const containers = (spec?.containers ?? []).map((container) => {
    const image =
      images.get(container.name) ??
      images.get('*') ??
      (container.name === containerName && !added ? flags.string('image') : '');
    const command = !added && container.name === containerName && words.length > 0;
    return {
      ...withoutProbes(call, container),
      ...(image && { image }),
      ...(command && (flags.bool('arguments-only') ? { args: [...words] } : { command: [...words], args: [] })),
    };
  });
  if (added) containers.push(applyProfile(flags.string('profile'), 'copy', added).container);
  const { nodeName, ephemeralContainers: _e, initContainers, ...rest } = spec ?? { containers: [] };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: flags.string('copy-to'),
      ...(metadata.namespace && { namespace: metadata.namespace }),
      ...(flags.bool('keep-annotations') && metadata.annotations && { annotations: metadata.annotations }),
      ...(flags.bool('keep-labels') && metadata.labels && { labels: metadata.labels }),
    },
    spec: {
      ...rest,
      containers,
      ...(initContainers && flags.bool('keep-init-containers') && { initContainers }),
      ...(flags.bool('same-node') && nodeName && { nodeName }),
      ...(flags.bool('share-processes') && { shareProcessNamespace: true }),
    },
  };
}

function withoutProbes({ flags }: Call, container: Container): Container {
  const { livenessProbe, readinessProbe, startupProbe, ...rest } = container;
  return {
    ...rest,
    ...(flags.bool('keep-liveness') && livenessProbe && { livenessProbe }),
    ...(flags.bool('keep-readiness') && readinessProbe && { readinessProbe }),
    ...(flags.bool('keep-startup') && startupProbe && { startupProbe }),
  };
}

function imagePairs(text: string): Map<string, string> {
  const pairs = text.split(',').filter((pair) => pair !== '');
  return new Map(
    pairs.map((pair) => {
      const [name = '', image] = pair.split('=');
      if (!image) throw new KubectlError(`invalid image name ${JSON.stringify(pair)}`);
      return [name, image];
    }),
  );
}
