import { describe, expect, test } from 'vitest';
import { formatDuration, nextBackOff, noBackOff, waitLeft } from '../../../../src/cluster/embedded/kubelet/back-off.ts';
import { expand } from '../../../../src/cluster/embedded/kubelet/environment.ts';
import { qualifiedImage } from '../../../../src/cluster/embedded/kubelet/pod-status.ts';
import { qosClassOf } from '../../../../src/cluster/embedded/kubelet/qos.ts';
import type { Pod } from '../../../../src/kube/objects.ts';

describe('small rules of the kubelet', () => {
  test('a back-off doubles from 10 s to 5 min and is forgotten after ten quiet minutes', () => {
    const delays: string[] = [];
    let backOff = noBackOff;
    let now = 0;
    for (let i = 0; i < 7; i++) {
      expect(waitLeft(backOff, now, now)).toBe(backOff.delayMs);
      now += backOff.delayMs;
      backOff = nextBackOff(backOff, now, now);
      delays.push(formatDuration(backOff.delayMs));
    }
    expect(delays).toEqual(['10s', '20s', '40s', '1m20s', '2m40s', '5m0s', '5m0s']);
    const later = now + 600_001;
    expect(waitLeft(backOff, later, later)).toBe(0);
    expect(nextBackOff(backOff, later, later).delayMs).toBe(10_000);
  });

  test.each([
    ['$(A)', 'one'],
    ['x$(A)y$(B)', 'xoney$(B)'],
    ['$$(A)', '$(A)'],
    ['$A $', '$A $'],
  ])('expands %s to %s', (text, expected) => {
    expect(expand(text, (name) => (name === 'A' ? 'one' : undefined))).toBe(expected);
  });

  test.each([
    ['nginx', 'docker.io/library/nginx:latest'],
    ['busybox:1.36', 'docker.io/library/busybox:1.36'],
    ['curlimages/curl:8.11.0', 'docker.io/curlimages/curl:8.11.0'],
    ['registry.k8s.io/pause:3.10', 'registry.k8s.io/pause:3.10'],
    ['localhost:5000/app', 'localhost:5000/app:latest'],
  ])('containerd calls %s %s', (reference, expected) => {
    expect(qualifiedImage(reference)).toBe(expected);
  });

  test('limits that equal requests everywhere make a pod Guaranteed', () => {
    const pod = (resources: object) =>
      ({ metadata: {}, spec: { containers: [{ name: 'a', resources }] } }) as unknown as Pod;
    expect(qosClassOf(pod({}))).toBe('BestEffort');
    expect(qosClassOf(pod({ requests: { cpu: '100m' } }))).toBe('Burstable');
    expect(qosClassOf(pod({ limits: { cpu: '100m', memory: '1Mi' } }))).toBe('Guaranteed');
    expect(qosClassOf(pod({ limits: { cpu: '100m', memory: '1Mi' }, requests: { cpu: '50m' } }))).toBe('Burstable');
  });
});
