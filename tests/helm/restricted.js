// What the Pod Security Standards ask of a pod at the level "restricted", those of "baseline" included.
// https://kubernetes.io/docs/concepts/security/pod-security-standards/
'use strict';

const kVolumes = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'];
const kSeccomp = ['RuntimeDefault', 'Localhost'];
const kSysctls = ['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.ip_unprivileged_port_start', 'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range'];

function violationsOfPod(spec) {
  const found = [];
  const context = spec.securityContext ?? {};
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) if (spec[key]) found.push(`${key} is set`);
  for (const volume of spec.volumes ?? []) {
    for (const kind of Object.keys(volume)) {
      if (kind !== 'name' && !kVolumes.includes(kind)) found.push(`volume ${volume.name} is a ${kind}`);
    }
  }
  for (const { name } of context.sysctls ?? []) if (!kSysctls.includes(name)) found.push(`sysctl ${name}`);
  if (context.windowsOptions?.hostProcess) found.push('hostProcess');
  return found;
}

function violationsOfContainer(container, pod) {
  const found = [];
  const own = container.securityContext ?? {};
  const inherited = (key) => own[key] ?? pod.securityContext?.[key];
  if (own.privileged) found.push('is privileged');
  if (own.allowPrivilegeEscalation !== false) found.push('may escalate privileges');
  if (inherited('runAsNonRoot') !== true) found.push('may run as root');
  if (inherited('runAsUser') === 0) found.push('runs as root');
  if (!kSeccomp.includes(inherited('seccompProfile')?.type)) found.push('has no seccomp profile');
  if (!own.capabilities?.drop?.includes('ALL')) found.push('keeps capabilities');
  for (const added of own.capabilities?.add ?? []) if (added !== 'NET_BIND_SERVICE') found.push(`adds ${added}`);
  if ((own.procMount ?? 'Default') !== 'Default') found.push('procMount');
  for (const port of container.ports ?? []) if (port.hostPort) found.push(`host port ${port.hostPort}`);
  return found.map((what) => `container ${container.name} ${what}`);
}

// A sentence for each violation; none: the pod is admitted.
function violations(spec) {
  const containers = [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
  return [...violationsOfPod(spec), ...containers.flatMap((container) => violationsOfContainer(container, spec))];
}

module.exports = { violations };
