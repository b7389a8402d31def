/** kubectl create namespace, deployment, job, cronjob. */
import type { KubeObject } from '../../kube/objects.ts';
import type { Call, Command } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { flag } from '../flags/spec.ts';
import { resolveType } from '../resources/types.ts';
import { commandWords, generatorCommand } from './generate.ts';

export const workloadGenerators: readonly Command[] = [
  generatorCommand({
    name: 'namespace',
    aliases: ['ns'],
    short: 'Create a namespace with the specified name',
    usage: 'NAME [--dry-run=server|client|none]',
    flags: [],
    resource: 'namespaces',
    build: (_call, name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {}, status: {} }),
  }),
  generatorCommand({
    name: 'deployment',
    aliases: ['deploy'],
    short: 'Create a deployment with the specified name',
    usage: 'NAME --image=image -- [COMMAND] [args...]',
    flags: [
      flag('image', 'list', { help: 'Image names to run.' }),
      flag('port', 'int', { fallback: '-1', help: 'The containerPort that this deployment exposes.' }),
      flag('replicas', 'int', { short: 'r', fallback: '1', help: 'Number of replicas to create.' }),
    ],
    required: ['image'],
    resource: 'deployments.apps',
    failure: 'deployment',
    build: deployment,
  }),
  generatorCommand({
    name: 'job',
    short: 'Create a job with the specified name',
    usage: 'NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...]',
    flags: [
      flag('image', 'string', { help: 'Image name to run.' }),
      flag('from', 'string', { help: 'The name of the resource to create a Job from (only cronjob is supported).' }),
    ],
    resource: 'jobs.batch',
    failure: 'job',
    build: job,
  }),
  generatorCommand({
    name: 'cronjob',
    aliases: ['cj'],
    short: 'Create a cron job with the specified name',
    usage: "NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...]",
    flags: [
      flag('image', 'string', { help: 'Image name to run.' }),
      flag('schedule', 'string', { help: 'A schedule in the Cron format the job should be run with.' }),
      flag('restart', 'string', { help: "job's restart policy. supported values: OnFailure, Never" }),
    ],
    required: ['image', 'schedule'],
    resource: 'cronjobs.batch',
    failure: 'cronjob',
    build: cronJob,
  }),
];

function deployment(call: Call, name: string): KubeObject {
  const { flags } = call;
  const images = flags.list('image');
  const command = commandWords(call);
  if (images.length > 1 && command.length > 0)
    throw new KubectlError('cannot specify multiple --image options and command');
  if (flags.int('replicas') < 0) throw new KubectlError('negative replicas not allowed');
  const port = flags.int('port');
  const labels = { app: name };
  const containers = images.map((image, i) => ({
    name: containerName(image),
    image,
    resources: {},
    ...(command.length > 0 && { command }),
    ...(i === 0 && port >= 0 && flags.changed('port') && { ports: [{ containerPort: port }] }),
  }));
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas: flags.int('replicas'),
      selector: { matchLabels: labels },
      strategy: {},
      template: { metadata: { labels }, spec: { containers } },
    },
    status: {},
  };
}

/** `b/c:1` → `c`: the image's last part, fit for a container's name. */
function containerName(image: string): string {
  const last = image.split('/').at(-1) ?? image;
  const bare = last.split(/[:@]/)[0] ?? last;
  return bare.replaceAll('_', '-').replaceAll('.', '-').toLowerCase();
}

async function job(call: Call, name: string): Promise<KubeObject> {
  const { flags } = call;
  const command = commandWords(call);
  const [image, from] = [flags.string('image'), flags.string('from')];
  if ((image === '') === (from === '')) throw new KubectlError('either --image or --from must be specified');
  if (command.length > 0 && from !== '') throw new KubectlError('cannot specify --from and command');
  if (from !== '') return jobFrom(call, name, from);
  const container = { name, image, resources: {}, ...(command.length > 0 && { command }) };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: { template: { metadata: {}, spec: { containers: [container], restartPolicy: 'Never' } } },
    status: {},
  };
}

async function jobFrom({ session }: Call, name: string, from: string): Promise<KubeObject> {
  const [kind = '', cronName = ''] = from.split('/');
  const type = await resolveType(session, kind);
  if (type.resource !== 'cronjobs') throw new KubectlError(`unknown object type *${type.version}.${type.kind}`);
  const cron = await session.get(type, await session.namespace(), cronName);
  const template = (
    cron['spec'] as { jobTemplate: { metadata?: { annotations?: object; labels?: object }; spec: object } }
  ).jobTemplate;
  const owner = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    name: cron.metadata.name ?? '',
    uid: cron.metadata.uid ?? '',
    controller: true,
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', ...template.metadata?.annotations },
      ...(template.metadata?.labels && { labels: template.metadata.labels as Record<string, string> }),
      ownerReferences: [owner],
    },
    spec: template.spec,
    status: {},
  };
}

function cronJob(call: Call, name: string): KubeObject {
  const { flags } = call;
  const command = commandWords(call);
  const container = { name, image: flags.string('image'), resources: {}, ...(command.length > 0 && { command }) };
  const spec = { containers: [container], restartPolicy: flags.string('restart') || 'OnFailure' };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name },
    spec: {
      jobTemplate: { metadata: { name }, spec: { template: { metadata: {}, spec } } },
      schedule: flags.string('schedule'),
    },
    status: {},
  };
}
