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

{{/* "yes" where the configuration is in a Secret, the release's or one of yours. */}}
{{- define "heald.configSecret" -}}
{{- if or .Values.existingConfigSecret (and .Values.configAsSecret (not .Values.existingConfigMap)) }}yes{{ end -}}
{{- end -}}

{{/* The volume with heald.yml. A Secret is readable for heald alone. */}}
{{- define "heald.configVolume" -}}
{{- $items := list (dict "key" "heald.yml" "path" "heald.yml") -}}
{{- if include "heald.configSecret" . -}}
{{- $name := default (include "heald.configMap" .) .Values.existingConfigSecret -}}
secret:
  secretName: {{ $name | quote }}
  defaultMode: {{ include "heald.secretMode" . }}
  items:
    {{- toYaml $items | nindent 4 }}
{{- else -}}
configMap:
  name: {{ include "heald.configMap" . | quote }}
  items:
    {{- toYaml $items | nindent 4 }}
{{- end -}}
{{- end -}}

{{/* include "heald.configObject" (dict "top" . "name" NAME "annotations" MAP): the ConfigMap or the Secret with the configuration. */}}
{{- define "heald.configObject" -}}
{{- $top := .top -}}
{{- $secret := include "heald.configSecret" $top -}}
apiVersion: v1
kind: {{ empty $secret | ternary "ConfigMap" "Secret" }}
metadata:
  name: {{ .name | quote }}
  namespace: {{ $top.Release.Namespace | quote }}
  labels:
    {{- include "heald.labels" $top | nindent 4 }}
  {{- with .annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- if $secret }}
type: Opaque
data:
  heald.yml: {{ include "heald.configText" $top | b64enc | quote }}
{{- else }}
data:
  # The indentation is said, as the text may begin with an indented line.
  heald.yml: |2
    {{- include "heald.configText" $top | nindent 4 }}
{{- end }}
{{- end -}}

{{/* Of a Secret's files: root owns them, and heald's group may read them; root itself refuses what a group may read. */}}
{{- define "heald.secretMode" -}}
{{- eq (include "heald.root" .) "root" | ternary "0400" "0440" -}}
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
{{- include "heald.commonLabels" . }}
{{- end -}}

{{/* Those of yours, but what a selector asks for, with a line break before them. */}}
{{- define "heald.commonLabels" -}}
{{- $own := list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" "app.kubernetes.io/version" "app.kubernetes.io/managed-by" "helm.sh/chart" -}}
{{- range $key, $value := .Values.commonLabels }}
{{- if not (has $key $own) }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
{{- end }}
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
{{- $web := dict -}}
{{- if .Values.tokens -}}
{{- $tokens := list -}}
{{- range $token := .Values.tokens -}}
{{- $entry := pick $token "name" "role" -}}
{{- with $token.governors }}{{ $_ := set $entry "governors" . }}{{ end -}}
{{- $tokens = append $tokens (set $entry "file" (printf "/run/secrets/heald-tokens/%s" $token.name)) -}}
{{- end -}}
{{- $_ := set $web "tokens" $tokens -}}
{{- end -}}
{{- if .Values.tls.control.existingSecret -}}
{{- $_ := set $web "control" (dict "config_file" "/etc/heald-web/control.yml") -}}
{{- $service := include "heald.fullname" . -}}
{{- $in := printf "%s.%s" $service .Release.Namespace -}}
{{- $hosts := get (get .Values.config "web" | default dict) "allowed_hosts" | default list -}}
{{- $_ := set $web "allowed_hosts" (concat (list $service $in (printf "%s.svc" $in) (printf "%s.svc.cluster.local" $in)) $hosts) -}}
{{- end -}}
{{- $config := .Values.config -}}
{{- if $web }}{{ $config = mergeOverwrite (deepCopy $config) (dict "web" $web) }}{{ end -}}
{{- if .Values.configFile }}{{ .Values.configFile }}{{ else }}{{ toYaml $config }}{{ end -}}
{{- end -}}

{{/* What Prometheus and the test expect in the certificate. */}}
{{- define "heald.metricsName" -}}
{{- default (printf "%s.%s.svc" (include "heald.fullname" .) .Release.Namespace) .Values.tls.metrics.serverName -}}
{{- end -}}

{{/* What rolls the pods: the configuration of the release. One of yours is noticed by heald itself. */}}
{{- define "heald.configChecksum" -}}
{{- include "heald.configText" . | sha256sum -}}
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

{{/* Whether the configuration, as far as the chart knows it, has its state in etcd. */}}
{{- define "heald.etcd" -}}
{{- $config := .Values.config -}}
{{- if .Values.configFile }}{{ $config = fromYaml .Values.configFile }}{{ end -}}
{{- if dig "store" "etcd" "" $config }}yes{{ end -}}
{{- end -}}

{{/* Whether there are several replicas of one heald, with its state in etcd. */}}
{{- define "heald.replicated" -}}
{{- if and (eq .Values.kind "Deployment") (gt (int .Values.replicas) 1) }}yes{{ end -}}
{{- end -}}

{{/* The pod that a human or a command turns to. Prometheus fills in the instance, which is the pod of a DaemonSet. */}}
{{- define "heald.target" -}}
{{- if or (eq .Values.kind "DaemonSet") (include "heald.replicated" .) -}}
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

{{/* include "heald.ruleSelector" (list . SETTINGS): this release's heald alone, by the labels that its ServiceMonitor gives it and
     that the rules keep. Whoever scrapes it otherwise gives it other labels: then all healds that Prometheus knows. */}}
{{- define "heald.ruleSelector" -}}
{{- $top := index . 0 -}}
{{- $settings := index . 1 -}}
{{- $name := include "heald.fullname" $top -}}
{{- $kept := concat $settings.clusterLabels $settings.jobLabels $settings.instanceLabels -}}
{{- $matchers := list -}}
{{- if include "heald.wanted" (list $top "ServiceMonitor" $top.Values.serviceMonitor.enabled) -}}
{{- if has "namespace" $kept }}{{ $matchers = append $matchers (printf "namespace=\"%s\"" $top.Release.Namespace) }}{{ end -}}
{{- if has "instance" $kept -}}
{{- $instance := printf "instance=\"%s/%s\"" $top.Release.Namespace $name -}}
{{- if eq $top.Values.kind "DaemonSet" }}{{ $instance = printf "instance=~\"%s-[a-z0-9]+\"" $name }}{{ end -}}
{{- if include "heald.replicated" $top }}{{ $instance = printf "instance=~\"%s-[a-z0-9]+-[a-z0-9]+\"" $name }}{{ end -}}
{{- $matchers = append $matchers $instance -}}
{{- end -}}
{{- end -}}
{{- join "," $matchers -}}
{{- end -}}

{{/* The settings of rules and routes, as JSON: `prometheusRule.config` before what other values say, before the defaults. */}}
{{- define "heald.settings" -}}
{{- $values := .Values -}}
{{- $settings := .Files.Get "files/alerts/settings.json" | fromJson -}}
{{- $given := $values.prometheusRule.config -}}
{{- range $key, $value := $given -}}
{{- if not (hasKey $settings $key) -}}
{{- fail (printf "prometheusRule.config.%s is no setting. There are: %s" $key (join ", " (sortAlpha (keys $settings)))) -}}
{{- end -}}
{{- if not (eq (kindOf $value | replace "int64" "float64") (kindOf (get $settings $key))) -}}
{{- fail (printf "prometheusRule.config.%s is a %s, and has to be a %s" $key (kindOf $value) (kindOf (get $settings $key))) -}}
{{- end -}}
{{- end -}}
{{- range $name, $alert := $given.alerts | default dict -}}
{{- $known := get $settings.alerts $name -}}
{{- if not $known }}{{ fail (printf "prometheusRule.config.alerts.%s: there is no such alert. There are: %s" $name (join ", " (sortAlpha (keys $settings.alerts)))) }}{{ end -}}
{{- range $key, $_ := $alert -}}
{{- if not (hasKey $known $key) }}{{ fail (printf "prometheusRule.config.alerts.%s.%s is no setting. There are: %s" $name $key (join ", " (sortAlpha (keys $known)))) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- $links := $values.links -}}
{{- $slack := printf "/etc/alertmanager/secrets/%s/%s" (include "heald.slackSecret" .) $values.slack.key -}}
{{- $own := dict "grafanaUrl" $links.grafana "runbookUrl" $links.runbooks "healdUrl" $links.heald "alertmanager" (dict "slackUrlFile" $slack "templates" "/etc/alertmanager/config/heald.tmpl" "channel" $values.slack.channel "criticalChannel" $values.slack.criticalChannel "watchdogUrl" $values.alertmanager.watchdogUrl) -}}
{{- $_ := set $own "selector" (include "heald.ruleSelector" (list . (mergeOverwrite (deepCopy $settings) (deepCopy $given)))) -}}
{{- $all := mergeOverwrite $settings $own (deepCopy $given) -}}
{{- range $key := list "jobLabels" "instanceLabels" -}}
{{- if not (get $all $key) }}{{ fail (printf "prometheusRule.config.%s is empty: at least one label is needed" $key) }}{{ end -}}
{{- end -}}
{{- $all | toJson -}}
{{- end -}}

{{/* include "heald.setting" (list VALUE "json"|"yaml"): as it stands within quotes of that language. */}}
{{- define "heald.setting" -}}
{{- if eq (index . 1) "json" -}}
{{- index . 0 | toString | toJson | trimPrefix "\"" | trimSuffix "\"" -}}
{{- else -}}
{{- index . 0 | toString | replace "'" "''" -}}
{{- end -}}
{{- end -}}

{{/* include "heald.filled" (list . FILE "json"|"yaml"): a file in which <<NAME>> stands for a setting, with the settings. */}}
{{- define "heald.filled" -}}
{{- $settings := include "heald.settings" (index . 0) | fromJson -}}
{{- $text := (index . 0).Files.Get (index . 1) -}}
{{- $language := index . 2 -}}
{{- $cluster := join ", " $settings.clusterLabels -}}
{{- if not $cluster }}{{ $text = $text | replace ", <<clusterLabels>>" "" | replace "<<clusterLabels>>, " "" }}{{ end -}}
{{- $text = $text | replace "<<clusterLabels>>" $cluster | replace "<<jobLabels>>" (join ", " $settings.jobLabels) | replace "<<instanceLabels>>" (join ", " $settings.instanceLabels) -}}
{{- if not $settings.selector }}{{ $text = $text | replace "{<<selector>>}" "" | replace "{<<selector>>," "{" }}{{ end -}}
{{- $_ := set $settings "targetSelector" (default "job=\"\"" $settings.targetSelector) -}}
{{- range $key := list "grafanaUrl" "runbookUrl" }}{{ $_ := set $settings $key (trimSuffix "/" (get $settings $key)) }}{{ end -}}
{{- if not (contains "{{" $settings.healdUrl) }}{{ $_ := set $settings "healdUrl" (printf "%s/" (trimSuffix "/" $settings.healdUrl)) }}{{ end -}}
{{- $text = $text | replace "<<healdUrl>>/" "<<healdUrl>>" -}}
{{- range $key, $value := $settings -}}
{{- if kindIs "map" $value -}}
{{- range $inner, $below := $value -}}
{{- if kindIs "map" $below -}}
{{- range $field, $last := $below }}{{ $text = $text | replace (printf "<<%s.%s.%s>>" $key $inner $field) (include "heald.setting" (list $last $language)) }}{{ end -}}
{{- else }}{{ $text = $text | replace (printf "<<%s.%s>>" $key $inner) (include "heald.setting" (list $below $language)) }}{{ end -}}
{{- end -}}
{{- else if not (kindIs "slice" $value) }}{{ $text = $text | replace (printf "<<%s>>" $key) (include "heald.setting" (list $value $language)) }}{{ end -}}
{{- end -}}
{{- $text -}}
{{- end -}}

{{/* The rules with the settings of this release, and with commands that are typed at Kubernetes instead of a host. */}}
{{- define "heald.rules" -}}
{{- $kubectl := printf "kubectl -n %s" .Release.Namespace -}}
{{- $target := include "heald.target" . -}}
{{- $kind := eq .Values.kind "DaemonSet" | ternary "ds" "deploy" -}}
{{- $workload := printf "%s/%s" $kind (include "heald.fullname" .) -}}
{{- $stop := printf "%s scale %s --replicas=0" $kubectl $workload -}}
{{- if eq .Values.kind "DaemonSet" }}{{ $stop = printf "%s delete %s" $kubectl $workload }}{{ end -}}
{{- $rules := include "heald.filled" (list . "files/alerts/rules.json" "json")
  | replace "; whether its configuration is the reason: `healdctl check-config`" (printf ", and of the container before `%s logs %s --previous --tail 50`: when its configuration is the reason, its mistakes are there" $kubectl $target)
  | replace "`healdctl" (printf "`%s exec %s -- healdctl" $kubectl $target)
  | replace "`journalctl -u heald -n " (printf "`%s logs %s --tail " $kubectl $target)
  | replace "`journalctl -u heald" (printf "`%s logs %s" $kubectl $target)
  | replace "`systemctl status heald`" (printf "`%s get pods -o wide -l app.kubernetes.io/instance=%s`" $kubectl .Release.Name)
  | replace "`systemctl restart heald`" (printf "`%s rollout restart %s`" $kubectl $workload)
  | replace "`systemctl stop heald`" (printf "`%s`" $stop)
  | replace "On that host: " "Look: "
  | replace "on a host of heald: " "" | fromJson -}}
{{- $alerts := (include "heald.settings" . | fromJson).alerts -}}
{{- $groups := list -}}
{{- range $group := $rules.groups -}}
{{- $kept := list -}}
{{- range $rule := $group.rules -}}
{{- if eq (get $rule "for") "" }}{{ $rule = omit $rule "for" }}{{ end -}}
{{- if or (not $rule.alert) (get (get $alerts $rule.alert | default dict) "enabled") }}{{ $kept = append $kept $rule }}{{ end -}}
{{- end -}}
{{- if $kept }}{{ $groups = append $groups (set $group "rules" $kept) }}{{ end -}}
{{- end -}}
{{- dict "groups" $groups | toYaml -}}
{{- end -}}
