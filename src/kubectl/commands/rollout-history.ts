/** rollout history and undo: revisions are a Deployment's ReplicaSets, or the ControllerRevisions of the other kinds. */
import type { DiscoveredType } from '../../kube/client.ts';
import type { ControllerRevision, KubeObject, LabelSelector, PodTemplateSpec, ReplicaSet } from '../../kube/objects.ts';
import { formatSelector } from '../../kube/selectors.ts';
import type { Call } from '../command.ts';
import { writePodTemplate } from '../describe/pod.ts';
import { isOwnedBy, withoutHash } from '../describe/workloads.ts';
import { describeWriter } from '../describe/writer.ts';
import { type DryRun, dryRunNote, dryRunOf } from '../dry-run.ts';
import { KubectlError, throwAll } from '../errors.ts';
import { applyStrategicPatch } from '../merge/apply-patch.ts';
import { equalJson } from '../merge/equal.ts';
import { lastAppliedKey } from '../merge/last-applied.ts';
import { objectPrinter } from '../print/object.ts';
import { resultPrinter } from '../print/result.ts';
import { alignTabs, describeLayout } from '../print/tabwriter.ts';
import { kindName, resolveType } from '../resources/types.ts';
import { visitLive } from '../resources/visit.ts';
import type { Session } from '../session.ts';
import { sendPatch } from './send-patch.ts';

interface Revision {
  readonly number: number;
  readonly cause: string;
  readonly template: PodTemplateSpec | undefined;
  /** A strategic patch of the owner; Deployments replace the template instead. */
  readonly data?: Record<string, unknown>;
  readonly source: KubeObject;
}

const causeKey = 'kubernetes.io/change-cause';

/** Oldest first. */
async function revisionsOf(session: Session, type: DiscoveredType, object: KubeObject): Promise<Revision[]> {
  const { selector } = object['spec'] as { selector?: LabelSelector };
  const labelSelector = formatSelector(selector);
  const namespace = object.metadata.namespace;
  const owned = async <T extends KubeObject>(word: string): Promise<T[]> => {
    const found = await session.list<T>(await resolveType(session, word), namespace, { labelSelector });
    return found.filter((each) => isOwnedBy(each, object));
  };
  let out: Revision[];
  if (type.kind === 'Deployment') {
    const sets = await owned<ReplicaSet & KubeObject>('replicasets.apps');
    out = sets.map((set) => ({
      number: Number(set.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0),
      cause: set.metadata.annotations?.[causeKey] ?? '<none>',
      template: set.spec?.template,
      source: set,
    }));
  } else if (type.kind === 'DaemonSet' || type.kind === 'StatefulSet') {
    const revisions = await owned<ControllerRevision & KubeObject>('controllerrevisions.apps');
    out = revisions.map((revision) => {
      const data = (revision.data ?? {}) as Record<string, unknown>;
      const merged = applyStrategicPatch(type.kind, object, data) as { spec?: { template?: PodTemplateSpec } };
      return {
        number: Number(revision.revision),
        cause: revision.metadata.annotations?.[causeKey] ?? '<none>',
        template: merged.spec?.template,
        data,
        source: revision,
      };
    });
  } else throw new KubectlError(`no history viewer has been implemented for ${JSON.stringify(type.kind)}`);
  return out.filter(({ number }) => number > 0).sort((a, b) => a.number - b.number);
}

export async function history({ session, flags, args }: Call): Promise<number> {
  if (args.length === 0 && flags.list('filename').length === 0)
    throw new KubectlError('required resource not specified');
  const printer = await objectPrinter(session, flags);
  const wanted = flags.int('revision');
  if (wanted < 0) throw new KubectlError(`revision must be a positive integer: ${wanted}`);
  const errors = await visitLive(session, flags, args, { bareTypeMeansAll: true }, async ({ type, object }) => {
    const revisions = await revisionsOf(session, type, object);
    const name = `${kindName(type)}/${object.metadata.name}`;
    if (wanted === 0) {
      if (printer) for (const { source } of revisions) session.out(printer.print(source));
      else
        session.out(`${name} \n${revisions.length === 0 ? 'No rollout history found.\n' : revisionTable(revisions)}\n`);
      return;
    }
    const found = revisions.find(({ number }) => number === wanted);
    if (!found) throw new KubectlError('unable to find the specified revision');
    session.out(printer ? printer.print(found.source) : `${name} with revision #${wanted}\n${templateText(found)}\n`);
  });
  throwAll(errors);
  return 0;
}

function revisionTable(revisions: readonly Revision[]): string {
  const rows = revisions.map(({ number, cause }) => `${number}\t${cause}\n`);
  return alignTabs(`REVISION\tCHANGE-CAUSE\n${rows.join('')}`, describeLayout);
}

/** Unaligned, tabs and all: so does kubectl. */
function templateText({ template, cause }: Revision): string {
  const w = describeWriter();
  const metadata = {
    ...template?.metadata,
    annotations: { ...template?.metadata?.annotations, ...(cause === '<none>' ? {} : { [causeKey]: cause }) },
  };
  writePodTemplate(w, template && { ...template, metadata });
  return w.raw();
}

export async function undo({ session, flags, args }: Call): Promise<number> {
  if (args.length === 0 && flags.list('filename').length === 0)
    throw new KubectlError('required resource not specified');
  const dryRun = dryRunOf(session, flags);
  const printer = await resultPrinter(session, flags, 'none');
  const errors = await visitLive(session, flags, args, { bareTypeMeansAll: true }, async ({ type, object }) => {
    const name = object.metadata.name ?? '';
    if (object.metadata.annotations?.[lastAppliedKey] !== undefined) {
      session.err(
        `Warning: resource ${type.resource}/${name} was previously managed with 'kubectl apply'. Rolling back will not update the ${lastAppliedKey} annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl apply' with your previous configuration file instead.\n`,
      );
    }
    const operation = await rollBack(
      session,
      type,
      object,
      flags.int('to-revision'),
      dryRun,
      flags.string('field-manager'),
    );
    printer.print(type, name, operation, object);
  });
  throwAll(errors);
  return 0;
}

/** Returns what happened, for the result line. */
async function rollBack(
  session: Session,
  type: DiscoveredType,
  object: KubeObject,
  toRevision: number,
  dryRun: DryRun,
  fieldManager: string,
): Promise<string> {
  const { name } = object.metadata;
  const spec = object['spec'] as { paused?: boolean; template?: PodTemplateSpec };
  if (spec.paused)
    throw new KubectlError(
      `cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again`,
    );
  const revisions = await revisionsOf(session, type, object);
  const target = toRevision === 0 ? revisions.at(-2) : revisions.find(({ number }) => number === toRevision);
  if (!target && toRevision > 0) throw new KubectlError(`unable to find specified revision ${toRevision} in history`);
  if (!target)
    throw new KubectlError(`no rollout history found for ${type.kind.toLowerCase()} ${JSON.stringify(name)}`);
  if (dryRun === 'client') return `${templateText(target)}${dryRunNote(dryRun)}`;
  if (equalJson(withoutHash(spec.template), withoutHash(target.template))) {
    return `skipped rollback (current template already matches revision ${target.number})`;
  }
  const options = { dryRun, fieldManager };
  if (target.data) await sendPatch(session, type, object, target.data, 'strategic', options);
  else {
    const body = [{ op: 'replace', path: '/spec/template', value: withoutHash(target.template) }];
    await sendPatch(session, type, object, body, 'json', options);
  }
  return `rolled back${dryRunNote(dryRun)}`;
}
