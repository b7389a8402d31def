/**
 * Brings one kind cluster up, from whatever is there: nothing, half of it, a stopped one, a running one. What a failed or
 * interrupted attempt has made is undone in reverse, unless --keep.
 */
import { LabError } from '../../kit/errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import { createKubeClient } from '../../kube/create-client.ts';
import { readKubeconfig } from '../../kube/kubeconfig.ts';
import { proveEnforcement } from '../canary.ts';
import type { UpOptions } from '../provider.ts';
import { obtainCalicoManifest } from './calico-manifest.ts';
import { kindConfig, mergeConfig, readConfigPatch } from './config.ts';
import {
  createNodes,
  deleteNodes,
  fetchKubeconfig,
  listKindClusters,
  listNodes,
  refuseUnlessOurs,
  startStopped,
} from './create.ts';
import { loadImages, localNodeImage } from './images.ts';
import { applyCalico, waitForNetwork } from './install-cni.ts';
import type { KindProviderOptions } from './options.ts';
import {
  type KindPaths,
  type KindRecord,
  kindPaths,
  readKindRecord,
  refuseInTheMaking,
  removeKindRecord,
  writeKindRecord,
} from './record.ts';
import { remoteHost } from './remote-daemon.ts';
import { type RunningKindCluster, runningCluster } from './running.ts';
import type { Tools } from './tools.ts';
import { undoCreation } from './undo.ts';

const busybox = 'busybox:1.36';

export class BringUp {
  readonly #options: KindProviderOptions;
  readonly #request: UpOptions;
  readonly #tools: Tools;
  readonly #paths: KindPaths;
  #record: KindRecord;
  /** Made by this call: undone when it fails. */
  #made = false;

  constructor(options: KindProviderOptions, request: UpOptions, tools: Tools) {
    this.#options = options;
    this.#request = request;
    this.#tools = tools;
    this.#paths = kindPaths(options.home, request.name);
    const { cni = 'calico' } = options;
    this.#record = { schemaVersion: 1, name: request.name, stage: 'creating', cni, images: {} };
  }

  async up(): Promise<RunningKindCluster> {
    try {
      return await this.#bringUp();
    } catch (error) {
      const { name, onProgress } = this.#request;
      const made = { name, paths: this.#paths, keep: this.#options.keep ?? false, onProgress };
      if (this.#made) await undoCreation(this.#tools, made, error);
      throw error;
    }
  }

  async #bringUp(): Promise<RunningKindCluster> {
    const { name, signal, onProgress } = this.#request;
    await this.#findOrCreate();
    const nodes = await listNodes(this.#tools, name, signal);
    if (!this.#made) await startStopped(this.#tools, nodes, this.#request);
    await fetchKubeconfig(this.#tools, name, this.#paths, signal);
    const client = createKubeClient(await readKubeconfig(this.#paths.kubeconfig));
    try {
      await this.#installNetwork(client, nodes);
      const cluster = this.#running(client, nodes);
      await proveEnforcement(client, { ...this.#canary(), prefix: 'netpol-lab' });
      await this.#save({ stage: 'ready' });
      await cluster.setOutside(this.#request.outside);
      onProgress?.(`kind cluster ${name} is ready`);
      return cluster;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  #canary() {
    const { signal, onProgress } = this.#request;
    const { effectMs } = this.#options;
    return {
      image: this.#probeImage,
      ...(effectMs !== undefined && { effectMs }),
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    };
  }

  get #probeImage(): string {
    return this.#options.probeImage ?? busybox;
  }

  /** After it, nodes of ours are there, and `#record` says how far they are. */
  async #findOrCreate(): Promise<void> {
    const { name, signal, onProgress } = this.#request;
    const exists = (await listKindClusters(this.#tools, signal)).includes(name);
    const record = await readKindRecord(this.#paths);
    refuseInTheMaking(record);
    if (exists) await refuseUnlessOurs(this.#tools, name, this.#paths, { recorded: record !== undefined, signal });
    if (exists && !record) {
      onProgress?.(`using the kind cluster ${name}, which was made by another netpol-lab`);
      return this.#save({ stage: 'created' });
    }
    if (exists && record && record.stage !== 'creating') {
      this.#refuseOtherCni(record);
      onProgress?.(
        record.stage === 'ready' ? `using the running kind cluster ${name}` : `finishing the kind cluster ${name}`,
      );
      this.#record = record;
      return;
    }
    if (exists) {
      onProgress?.(`the kind cluster ${name} was left half-made: making it again`);
      await deleteNodes(this.#tools, name, this.#paths);
    }
    await this.#create();
  }

  #refuseOtherCni({ cni }: KindRecord): void {
    const wanted = this.#options.cni;
    if (wanted === undefined || wanted === cni) return;
    const { name } = this.#request;
    throw new LabError('ERR_CLUSTER_EXISTS', `the kind cluster "${name}" was made with --cni ${cni}, not ${wanted}`, {
      cure: `netpol-lab cluster down --on kind --name ${name}, or choose another --name`,
    });
  }

  async #create(): Promise<void> {
    const { name, signal, onProgress } = this.#request;
    const { workers = 2, cni = 'calico', keep = false, configPatch } = this.#options;
    // Whatever can be wrong with files is found out before anything is made.
    if (cni === 'calico') await this.#manifest();
    const remoteDaemon = remoteHost(this.#tools.env) !== undefined;
    const patches = configPatch === undefined ? [] : await readConfigPatch(configPatch);
    const config = patches.reduce(mergeConfig, kindConfig({ workers, cni, remoteDaemon }));
    const image = this.#options.image ?? (await localNodeImage(this.#tools, this.#request));
    onProgress?.(`creating the kind cluster ${name}: this takes a minute or two`);
    await this.#save({ stage: 'creating', images: {}, pid: process.pid });
    this.#made = true;
    const asked = { name, image, config, paths: this.#paths, keep };
    try {
      await createNodes(this.#tools, { ...asked, ...(signal && { signal }), ...(onProgress && { onProgress }) });
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== 'ERR_CLUSTER_EXISTS') throw error;
      this.#made = false;
      await removeKindRecord(this.#paths);
      throw error;
    }
    const { pid: _pid, ...record } = this.#record;
    this.#record = record;
    await this.#save({ stage: 'created' });
  }

  #manifest() {
    const { env, home, calicoManifest, pinnedManifest } = this.#options;
    const { signal, onProgress } = this.#request;
    return obtainCalicoManifest({
      env,
      cacheFolder: `${home}/cache`,
      ...(calicoManifest !== undefined && { file: calicoManifest }),
      ...(pinnedManifest && { pinned: pinnedManifest }),
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    });
  }

  async #installNetwork(client: KubeClient, nodes: readonly string[]): Promise<void> {
    const { name, images = [], signal, onProgress } = this.#request;
    const calico = this.#record.cni === 'calico';
    const fresh = this.#record.stage !== 'ready';
    const manifest = calico && fresh ? await this.#manifest() : undefined;
    await this.#load([...(manifest?.images ?? []), this.#probeImage, ...images], nodes);
    if (manifest) {
      onProgress?.(`installing Calico from ${manifest.path}`);
      const controlPlane = controlPlaneOf(nodes, name);
      await applyCalico(this.#tools, manifest, { paths: this.#paths, controlPlane, ...(signal && { signal }) });
      await this.#save({ manifest: manifest.sha256 });
    }
    if (this.#record.cni === 'none' && fresh) await this.#expectOtherCni(client);
    await waitForNetwork(client, calico, this.#waiting());
  }

  #waiting() {
    const { signal, onProgress } = this.#request;
    const { timeoutMs } = this.#options;
    return {
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    };
  }

  /** --cni none: the user brings one. The nodes are kept for that. */
  async #expectOtherCni(client: KubeClient): Promise<void> {
    try {
      await waitForNetwork(client, false, { ...this.#waiting(), timeoutMs: 5000 });
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== 'ERR_TIMEOUT') throw error;
      this.#made = false;
      throw new LabError('ERR_NOT_ENFORCED', `the kind cluster "${this.#request.name}" has no CNI yet`, {
        details: `kubeconfig: ${this.#paths.kubeconfig}`,
        cure: `install the one that you want (export KUBECONFIG=${this.#paths.kubeconfig}), then run the same command again`,
      });
    }
  }

  async #load(images: readonly string[], nodes: readonly string[]): Promise<void> {
    const { name, signal, onProgress } = this.#request;
    const loaded = await loadImages(this.#tools, {
      cluster: name,
      node: controlPlaneOf(nodes, name),
      images,
      loaded: this.#record.images,
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    });
    await this.#save({ images: loaded });
  }

  async #save(change: Partial<KindRecord>): Promise<void> {
    this.#record = { ...this.#record, ...change };
    await writeKindRecord(this.#paths, this.#record);
  }

  #running(client: KubeClient, nodes: readonly string[]): RunningKindCluster {
    return runningCluster({
      name: this.#request.name,
      tools: this.#tools,
      paths: this.#paths,
      client,
      nodes,
      images: { outside: this.#options.outsideImage, probe: this.#probeImage },
      waiting: this.#waiting(),
    });
  }
}

function controlPlaneOf(nodes: readonly string[], name: string): string {
  return nodes.find((node) => node.endsWith('-control-plane')) ?? `${name}-control-plane`;
}
