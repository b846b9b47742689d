{{/* What a schema cannot say: values that are right one by one and wrong together. Each message says what would be right. */}}
{{- define "heald.validate" -}}
{{- $values := .Values -}}
{{- $daemonset := eq $values.kind "DaemonSet" -}}

{{- if not (regexMatch "^[a-z]" (include "heald.fullname" .)) -}}
{{- fail (printf "the name %q begins with a digit, which a Service must not: set fullnameOverride" (include "heald.fullname" .)) -}}
{{- end -}}

{{- if and (not $daemonset) (gt (int $values.replicas) 1) -}}
{{- $known := not (or $values.existingConfigMap $values.existingConfigSecret) -}}
{{- if and $known (not (include "heald.etcd" .)) -}}
{{- fail (printf "replicas: %d needs store.etcd in the configuration: the store (SQLite) has one owner. For one heald per node: kind: DaemonSet" (int $values.replicas)) -}}
{{- end -}}
{{- if ne $values.store.type "emptyDir" -}}
{{- fail (printf "replicas: %d needs store.type: emptyDir, and it is %s: the state is in etcd, and one volume cannot hold the history of several" (int $values.replicas) $values.store.type) -}}
{{- end -}}
{{- end -}}
{{- if and $daemonset (ne (int $values.replicas) 1) -}}
{{- fail "replicas is for kind: Deployment; a DaemonSet has one heald on every node that nodeSelector, tolerations and affinity allow" -}}
{{- end -}}

{{- if and $daemonset (eq $values.store.type "pvc") -}}
{{- fail "kind: DaemonSet cannot have store.type: pvc: one claim cannot serve every node. Use store.type: hostPath (the state stays on the node) or emptyDir (dormant mode, failures and budgets are forgotten with the pod)" -}}
{{- end -}}
{{- include "heald.refuseMove" (list . (lookup "apps/v1" "Deployment" .Release.Namespace (include "heald.fullname" .)) (lookup "apps/v1" "DaemonSet" .Release.Namespace (include "heald.fullname" .))) -}}
{{- if and $values.store.existingClaim (ne $values.store.type "pvc") -}}
{{- fail (printf "store.existingClaim needs store.type: pvc, and it is %s" $values.store.type) -}}
{{- end -}}
{{- if and (include "heald.chown" .) (or (not $values.podSecurityContext.runAsUser) (not $values.podSecurityContext.runAsGroup) (hasKey $values.securityContext "runAsUser")) -}}
{{- fail "store.chown gives the store to podSecurityContext.runAsUser and runAsGroup: set both there, as numbers" -}}
{{- end -}}
{{- if and (eq $values.store.accessMode "ReadWriteOncePod") (semverCompare "<1.22-0" .Capabilities.KubeVersion.Version) -}}
{{- fail (printf "store.accessMode: ReadWriteOncePod needs Kubernetes 1.22 or later, and this is %s; use ReadWriteOnce" .Capabilities.KubeVersion.Version) -}}
{{- end -}}

{{- $sources := list -}}
{{- if $values.config }}{{ $sources = append $sources "config" }}{{ end -}}
{{- if $values.configFile }}{{ $sources = append $sources "configFile" }}{{ end -}}
{{- if $values.existingConfigMap }}{{ $sources = append $sources "existingConfigMap" }}{{ end -}}
{{- if $values.existingConfigSecret }}{{ $sources = append $sources "existingConfigSecret" }}{{ end -}}
{{- if gt (len $sources) 1 -}}
{{- fail (printf "there are several configurations: %s. Keep one of them" (join ", " $sources)) -}}
{{- end -}}
{{- if $values.configFile -}}
{{- $mistake := get (fromYaml $values.configFile) "Error" -}}
{{- if $mistake }}{{ fail (printf "configFile is not YAML: %s" $mistake) }}{{ end -}}
{{- end -}}

{{- $tls := $values.tls -}}
{{- $foreign := or $values.configFile $values.existingConfigMap $values.existingConfigSecret -}}
{{- if and $values.configAsSecret (or $values.existingConfigMap $values.existingConfigSecret) -}}
{{- fail "configAsSecret is for config and configFile; what is in a ConfigMap of yours stays there (existingConfigSecret takes one in a Secret)" -}}
{{- end -}}
{{- range $argument := $values.extraArgs -}}
{{- if regexMatch "^--(config\\.(file|watch)|web\\.(control-address|metrics-address|config\\.file|token-file)|log\\.(level|format|termination))(=|$)" $argument -}}
{{- fail (printf "extraArgs: %s is the chart's own; there are values for what can be set" $argument) -}}
{{- end -}}
{{- end -}}
{{- if and $values.hostNetwork (or $values.networkPolicy.metricsFrom $values.networkPolicy.controlFrom $values.networkPolicy.egress) -}}
{{- fail "hostNetwork: no network policy is in force for a pod in the network of its node, so networkPolicy.metricsFrom, controlFrom and egress would protect nothing: take them out, and let a firewall of the nodes say who may come" -}}
{{- end -}}
{{- if and $tls.control.existingSecret $foreign -}}
{{- fail "tls.control is written into config, and there is none: name a web configuration as web.control.config_file in the configuration of yours, and bring it and its Secret with extraVolumes" -}}
{{- end -}}
{{- if and $tls.control.existingSecret (hasKey (get $values.config "web" | default dict) "control") -}}
{{- fail "tls.control and config.web.control are both there; keep one of them" -}}
{{- end -}}
{{- if and $tls.control.existingSecret (not (or $values.tokens (include "heald.tokenSecret" .) $tls.control.clientCaKey)) -}}
{{- fail "tls.control needs a credential for those who come: tokens, token.create, token.existingSecret, or tls.control.clientCaKey" -}}
{{- end -}}
{{- if and $values.networkPolicy.controlFrom (not $tls.control.existingSecret) -}}
{{- fail "networkPolicy.controlFrom needs tls.control.existingSecret: without TLS the control plane listens in the pod alone" -}}
{{- end -}}
{{- if and $values.tokens $foreign -}}
{{- fail "tokens are written into config, and there is none: name them as web.tokens in the configuration of yours, and bring their Secrets with extraVolumes" -}}
{{- end -}}
{{- if and $values.tokens (hasKey (get $values.config "web" | default dict) "tokens") -}}
{{- fail "tokens and config.web.tokens are both there; keep one of them" -}}
{{- end -}}
{{- $names := list "control" -}}
{{- range $i, $token := $values.tokens -}}
{{- if has $token.name $names -}}
{{- fail (printf "tokens[%d].name: %q is taken" $i $token.name) -}}
{{- end -}}
{{- $names = append $names $token.name -}}
{{- if ne (eq $token.role "permits") (not (empty $token.governors)) -}}
{{- fail (printf "tokens[%d]: governors belong to the role permits, which needs them" $i) -}}
{{- end -}}
{{- end -}}

{{- if and $values.slack.url $values.slack.existingSecret -}}
{{- fail "slack.url and slack.existingSecret are both there; keep one of them" -}}
{{- end -}}
{{- if and $values.alertmanager.enabled (not (or $values.slack.url $values.slack.existingSecret)) -}}
{{- fail "alertmanager.enabled needs to know where Slack is: set slack.url or slack.existingSecret" -}}
{{- end -}}

{{- range $i, $rule := $values.rbac.rules -}}
{{- range $key := list "apiGroups" "resources" "verbs" -}}
{{- if has "*" (get $rule $key) -}}
{{- fail (printf "rbac.rules[%d].%s holds \"*\": name what the remedies need, no more" $i $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $values.rbac.rules (not $values.serviceAccount.create) (not $values.serviceAccount.name) -}}
{{- fail "rbac.rules would be given to the account \"default\", which every pod of the namespace has: set serviceAccount.create or serviceAccount.name" -}}
{{- end -}}

{{- if include "heald.root" . -}}
{{- $nonroot := $values.podSecurityContext.runAsNonRoot -}}
{{- if hasKey $values.securityContext "runAsNonRoot" }}{{ $nonroot = $values.securityContext.runAsNonRoot }}{{ end -}}
{{- if $nonroot -}}
{{- fail "runAsUser: 0 is root, and runAsNonRoot: true forbids it, so no pod could start: set podSecurityContext.runAsNonRoot: false as well, if heald has to be root" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* include "heald.refuseMove" (list . DEPLOYMENT DAEMONSET): the workloads that are there, empty where there is none. A release
     that changes its kind, or leaves its claim, cannot be rolled back: Helm does not find the claim again, and then leaves both workloads behind,
     each with a store of its own. So that is refused, with the way to do it. */}}
{{- define "heald.refuseMove" -}}
{{- $top := index . 0 -}}
{{- $values := $top.Values -}}
{{- $deployment := index . 1 -}}
{{- $daemonset := index . 2 -}}
{{- if $top.Release.IsUpgrade -}}
{{- $way := printf "Take both steps by hand: helm -n %s uninstall %s (a claim with store.keep stays), then helm install with the new values; the state is not taken along" $top.Release.Namespace $top.Release.Name -}}
{{- $other := eq $values.kind "DaemonSet" | ternary $deployment $daemonset -}}
{{- if $other -}}
{{- fail (printf "kind: %s is refused, as this release runs as a %s: after a rollback two healds would run. %s" $values.kind (eq $values.kind "DaemonSet" | ternary "Deployment" "DaemonSet") $way) -}}
{{- end -}}
{{- $spec := dig "spec" "template" "spec" dict ($deployment | default dict) -}}
{{- range $volume := get $spec "volumes" | default list -}}
{{- if and (eq $volume.name "store") (hasKey $volume "persistentVolumeClaim") (ne $values.store.type "pvc") -}}
{{- fail (printf "store.type: %s is refused, as this release has its state on the claim %s: a rollback would not find it again. %s" $values.store.type $volume.persistentVolumeClaim.claimName $way) -}}
{{- end -}}
{{- $own := printf "%s-store" (include "heald.fullname" $top) -}}
{{- if and (eq $volume.name "store") (eq (dig "persistentVolumeClaim" "claimName" "" $volume) $own) $values.store.existingClaim (ne $values.store.existingClaim $own) -}}
{{- fail (printf "store.existingClaim: %s is refused, as this release has its state on its own claim %s: a rollback would not find it again. %s" $values.store.existingClaim $own $way) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
