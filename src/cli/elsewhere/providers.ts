/** Makes the providers for clusters of real packets out of the command line's options. */
import { delimiter, join, resolve } from 'node:path';
import { type ExistingProvider, existingProvider } from '../../cluster/existing/provider.ts';
import type { KindCni } from '../../cluster/kind/config.ts';
import { type KindProvider, kindProvider } from '../../cluster/kind/provider.ts';
import { LabError } from '../../kit/errors.ts';
import type { CliIo } from '../io.ts';
import { stateFolder } from '../paths.ts';
import type { ElsewhereOptions } from './options.ts';

const kindCnis: readonly KindCni[] = ['calico', 'kindnet', 'none'];

/** Throws LabError ERR_USAGE for options that make no sense on kind. */
export function kindFrom(io: CliIo, options: ElsewhereOptions): KindProvider {
  const { workers, kindImage, kindConfigPatch, calicoManifest, keep, probeImage, outsideImage } = options;
  const cni = kindCni(options.cni);
  if (workers !== undefined && !(Number.isInteger(workers) && workers >= 0 && workers <= 20))
    throw new LabError('ERR_USAGE', 'the number of --workers is a whole number from 0 to 20');
  return kindProvider({
    env: io.env,
    home: stateFolder(io),
    ...(workers !== undefined && { workers }),
    ...(kindImage !== undefined && { image: kindImage }),
    ...(kindConfigPatch !== undefined && { configPatch: resolve(io.cwd, kindConfigPatch) }),
    ...(calicoManifest !== undefined && { calicoManifest: resolve(io.cwd, calicoManifest) }),
    ...(cni !== undefined && { cni }),
    ...(keep !== undefined && { keep }),
    ...(probeImage !== undefined && { probeImage }),
    ...(outsideImage !== undefined && { outsideImage }),
  });
}

export function kindCni(cni: string | undefined): KindCni | undefined {
  if (cni === undefined) return undefined;
  const known = kindCnis.find((name) => name === cni);
  if (known) return known;
  throw new LabError('ERR_USAGE', `--cni ${cni} is not for kind`, { cure: `use one of ${kindCnis.join(', ')}` });
}

export function existingFrom(io: CliIo, options: ElsewhereOptions): ExistingProvider {
  const { context, iKnow, probeImage } = options;
  return existingProvider({
    kubeconfigs: userKubeconfigs(io),
    context,
    home: stateFolder(io),
    ...(iKnow !== undefined && { iKnow }),
    ...(probeImage !== undefined && { probeImage }),
  });
}

/** As kubectl looks for them. */
export function userKubeconfigs({ env, homeFolder }: CliIo): readonly string[] {
  const named = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  return named.length > 0 ? named : [join(homeFolder, '.kube', 'config')];
}
