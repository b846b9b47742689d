{{/* Names. 52 characters leave room for the longest suffix within the 63 of a label. */}}
{{- define "heald.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "heald.fullname" -}}
{{- $name := include "heald.name" . -}}
{{- $own := .Values.fullnameOverride -}}
{{- if not $own -}}
{{- $own = contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- end -}}
{{- $own | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "heald.serviceAccount" -}}
{{- default (.Values.serviceAccount.create | ternary (include "heald.fullname" .) "default") .Values.serviceAccount.name -}}
{{- end -}}

{{- define "heald.configMap" -}}
{{- default (printf "%s-config" (include "heald.fullname" .)) .Values.existingConfigMap -}}
{{- end -}}

{{- define "heald.tokenSecret" -}}
{{- default (.Values.token.create | ternary (printf "%s-token" (include "heald.fullname" .)) "") .Values.token.existingSecret -}}
{{- end -}}

{{- define "heald.slackSecret" -}}
{{- default (printf "%s-slack" (include "heald.fullname" .)) .Values.slack.existingSecret -}}
{{- end -}}

{{- define "heald.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{/* The selector of a workload is immutable: nothing in here may depend on a version or on the configuration. */}}
{{- define "heald.identity" -}}
app.kubernetes.io/name: {{ include "heald.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "heald.selector" -}}
{{ include "heald.identity" . }}
app.kubernetes.io/component: daemon
{{- end -}}

{{- define "heald.labels" -}}
{{ include "heald.identity" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/* "root", or nothing. */}}
{{- define "heald.root" -}}
{{- $user := .Values.podSecurityContext.runAsUser -}}
{{- if hasKey .Values.securityContext "runAsUser" }}{{ $user = .Values.securityContext.runAsUser }}{{ end -}}
{{- if eq (toString $user) "0" }}root{{ end -}}
{{- end -}}

{{/* Root refuses a token that a group may read, and needs no group for the store. */}}
{{- define "heald.podSecurityContext" -}}
{{- $context := .Values.podSecurityContext -}}
{{- if include "heald.root" . }}{{ $context = omit $context "fsGroup" "fsGroupChangePolicy" }}{{ end -}}
{{- toYaml $context -}}
{{- end -}}

{{/* The text of heald.yml. Never through tpl: {{instance}} is heald's. */}}
{{- define "heald.configText" -}}
{{- if .Values.configFile }}{{ .Values.configFile }}{{ else }}{{ toYaml .Values.config }}{{ end -}}
{{- end -}}

{{/* What rolls the pods: the configuration, wherever it comes from. */}}
{{- define "heald.configChecksum" -}}
{{- if .Values.existingConfigMap -}}
{{- $map := lookup "v1" "ConfigMap" .Release.Namespace .Values.existingConfigMap | default dict -}}
{{- get $map "data" | default dict | toJson | sha256sum -}}
{{- else -}}
{{- include "heald.configText" . | sha256sum -}}
{{- end -}}
{{- end -}}

{{/* include "heald.wanted" (list . "ServiceMonitor" "auto"|true|false): whether that object of the Prometheus operator is to
     be made. A cluster tells its kinds, of which it may have some; `--api-versions` may tell the group alone. */}}
{{- define "heald.wanted" -}}
{{- $apis := (index . 0).Capabilities.APIVersions -}}
{{- $group := "monitoring.coreos.com/v1" -}}
{{- $there := or ($apis.Has (printf "%s/%s" $group (index . 1))) (and ($apis.Has $group) (not ($apis.Has "v1/Pod"))) -}}
{{- $enabled := index . 2 | toString -}}
{{- if or (eq $enabled "true") (and (eq $enabled "auto") $there) }}yes{{ end -}}
{{- end -}}

{{/* The pod that a human or a command turns to. Prometheus fills in the instance, which is the pod of a DaemonSet. */}}
{{- define "heald.target" -}}
{{- if eq .Values.kind "DaemonSet" -}}
{{ "{{ $labels.instance }}" }}
{{- else -}}
deploy/{{ include "heald.fullname" . }}
{{- end -}}
{{- end -}}

{{/* include "heald.linked" (list . TEXT): a file of alerts/ or dashboards/ with the addresses of this release. */}}
{{- define "heald.linked" -}}
{{- $links := (index . 0).Values.links -}}
{{- index . 1 | replace "http://grafana.example.org" (trimSuffix "/" $links.grafana) | replace "http://runbooks.example.org" (trimSuffix "/" $links.runbooks) | replace "http://heald.example.org" (trimSuffix "/" $links.heald) -}}
{{- end -}}

{{/* The same, and with commands that are typed at Kubernetes instead of a host. */}}
{{- define "heald.rules" -}}
{{- $kubectl := printf "kubectl -n %s" .Release.Namespace -}}
{{- $target := include "heald.target" . -}}
{{- $kind := eq .Values.kind "DaemonSet" | ternary "ds" "deploy" -}}
{{- $workload := printf "%s/%s" $kind (include "heald.fullname" .) -}}
{{- $stop := printf "%s scale %s --replicas=0" $kubectl $workload -}}
{{- if eq .Values.kind "DaemonSet" }}{{ $stop = printf "%s delete %s" $kubectl $workload }}{{ end -}}
{{- include "heald.linked" (list . (.Files.Get "files/alerts/heald.rules.yml"))
  | replace "`healdctl" (printf "`%s exec %s -- healdctl" $kubectl $target)
  | replace "`journalctl -u heald -n " (printf "`%s logs %s --tail " $kubectl $target)
  | replace "`journalctl -u heald" (printf "`%s logs %s" $kubectl $target)
  | replace "`systemctl status heald`" (printf "`%s get pods -o wide -l app.kubernetes.io/instance=%s`" $kubectl .Release.Name)
  | replace "`systemctl restart heald`" (printf "`%s rollout restart %s`" $kubectl $workload)
  | replace "`systemctl stop heald`" (printf "`%s`" $stop)
  | replace "On that host: " "Look: "
  | replace "on a host of heald: " "" -}}
{{- end -}}
