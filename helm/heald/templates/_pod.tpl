{{/* The pod of the Deployment and of the DaemonSet. */}}
{{- define "heald.pod" -}}
metadata:
  annotations:
    kubectl.kubernetes.io/default-container: heald
    checksum/config: {{ include "heald.configChecksum" . }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  labels:
    {{- include "heald.selector" . | nindent 4 }}
    {{- with omit (merge (deepCopy .Values.podLabels) .Values.commonLabels) "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "heald.serviceAccount" . | quote }}
  automountServiceAccountToken: {{ not (empty .Values.rbac.rules) }}
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  securityContext:
    {{- include "heald.podSecurityContext" . | nindent 4 }}
  {{- if .Values.hostPID }}
  hostPID: true
  {{- end }}
  {{- if .Values.hostNetwork }}
  hostNetwork: true
  {{- end }}
  {{- with default (.Values.hostNetwork | ternary "ClusterFirstWithHostNet" "") .Values.dnsPolicy }}
  dnsPolicy: {{ . }}
  {{- end }}
  {{- with .Values.dnsConfig }}
  dnsConfig:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.runtimeClassName }}
  runtimeClassName: {{ . | quote }}
  {{- end }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . | quote }}
  {{- end }}
  {{- if or .Values.initContainers (include "heald.chown" .) }}
  initContainers:
    {{- if include "heald.chown" . }}
    # For a volume that ignores fsGroup: heald's user owns what is in it.
    - name: chown
      image: {{ include "heald.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      command: [/bin/chown, -R, {{ printf "%v:%v" (int64 .Values.podSecurityContext.runAsUser) (int64 .Values.podSecurityContext.runAsGroup) | quote }}, /var/lib/heald]
      securityContext:
        runAsUser: 0
        runAsGroup: 0
        runAsNonRoot: false
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL], add: [CHOWN, DAC_OVERRIDE]}
      volumeMounts:
        - name: store
          mountPath: /var/lib/heald
    {{- end }}
    {{- with .Values.initContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
  containers:
    - name: heald
      image: {{ include "heald.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        - --config.file=/etc/heald/heald.yml
        - --config.watch
        - --web.control-address={{ .Values.tls.control.existingSecret | empty | ternary "127.0.0.1" "0.0.0.0" }}:3001
        - --web.metrics-address=0.0.0.0:9469
        {{- if .Values.tls.metrics.existingSecret }}
        - --web.config.file=/etc/heald-web/metrics.yml
        {{- end }}
        {{- if include "heald.tokenSecret" . }}
        - --web.token-file=/run/secrets/heald/token
        {{- end }}
        - --log.level={{ .Values.log.level }}
        - --log.format={{ .Values.log.format }}
        - --log.termination=/dev/termination-log
        {{- with .Values.extraArgs }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      env:
        - name: STATE_DIRECTORY
          value: /var/lib/heald
        # For store.etcd.url of the configuration.
        - name: POD_IP
          valueFrom:
            fieldRef:
              fieldPath: status.podIP
        {{- if include "heald.tokenSecret" . }}
        - name: HEALD_TOKEN_FILE
          value: /run/secrets/heald/token
        {{- end }}
        {{- if .Values.tls.control.existingSecret }}
        # The Unix socket, which healdctl in the pod uses first: it needs no certificate there.
        - name: RUNTIME_DIRECTORY
          value: /run/heald
        {{- end }}
        {{- with .Values.env }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with .Values.envFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        - name: metrics
          containerPort: 9469
          protocol: TCP
        {{- if .Values.tls.control.existingSecret }}
        - name: control
          containerPort: 3001
          protocol: TCP
        {{- end }}
      {{- $scheme := .Values.tls.metrics.existingSecret | empty | ternary "" ", scheme: HTTPS" }}
      startupProbe:
        httpGet: {path: /-/healthy, port: metrics{{ $scheme }}}
        {{- toYaml .Values.probes.startup | nindent 8 }}
      livenessProbe:
        httpGet: {path: /-/healthy, port: metrics{{ $scheme }}}
        {{- toYaml .Values.probes.liveness | nindent 8 }}
      readinessProbe:
        httpGet: {path: {{ include "heald.replicated" . | empty | ternary "/-/ready" "\"/-/ready?standby=ok\"" }}, port: metrics{{ $scheme }}}
        {{- toYaml .Values.probes.readiness | nindent 8 }}
      # The mistakes of a configuration are in the termination log, each with its place; of another end, the last lines of the log.
      terminationMessagePolicy: FallbackToLogsOnError
      securityContext:
        {{- toYaml .Values.securityContext | nindent 8 }}
      {{- with .Values.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        - name: config
          mountPath: /etc/heald
          readOnly: true
        - name: store
          mountPath: /var/lib/heald
        - name: tmp
          mountPath: /tmp
        {{- if or .Values.tls.metrics.existingSecret .Values.tls.control.existingSecret }}
        - name: web
          mountPath: /etc/heald-web
          readOnly: true
        {{- end }}
        {{- if .Values.tls.metrics.existingSecret }}
        - name: tls-metrics
          mountPath: /run/secrets/heald-tls-metrics
          readOnly: true
        {{- end }}
        {{- if .Values.tls.control.existingSecret }}
        - name: tls-control
          mountPath: /run/secrets/heald-tls-control
          readOnly: true
        - name: run
          mountPath: /run/heald
        {{- end }}
        {{- if include "heald.tokenSecret" . }}
        - name: token
          mountPath: /run/secrets/heald
          readOnly: true
        {{- end }}
        {{- if .Values.tokens }}
        - name: tokens
          mountPath: /run/secrets/heald-tokens
          readOnly: true
        {{- end }}
        {{- with .Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- with .Values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - name: config
      {{- include "heald.configVolume" . | nindent 6 }}
    - name: store
      {{- include "heald.storeVolume" . | nindent 6 }}
    - name: tmp
      emptyDir: {}
    {{- $mode := include "heald.secretMode" . }}
    {{- if or .Values.tls.metrics.existingSecret .Values.tls.control.existingSecret }}
    - name: web
      configMap:
        name: {{ include "heald.fullname" . }}-web
    {{- end }}
    {{- with .Values.tls.metrics.existingSecret }}
    - name: tls-metrics
      secret:
        secretName: {{ . | quote }}
        defaultMode: {{ $mode }}
        items:
          - {key: tls.crt, path: tls.crt}
          - {key: tls.key, path: tls.key}
    {{- end }}
    {{- with .Values.tls.control.existingSecret }}
    - name: tls-control
      secret:
        secretName: {{ . | quote }}
        defaultMode: {{ $mode }}
        items:
          - {key: tls.crt, path: tls.crt}
          - {key: tls.key, path: tls.key}
          {{- with $.Values.tls.control.clientCaKey }}
          - {key: {{ . | quote }}, path: {{ . | quote }}}
          {{- end }}
    - name: run
      emptyDir: {medium: Memory, sizeLimit: 1Mi}
    {{- end }}
    {{- if include "heald.tokenSecret" . }}
    # Root's, and readable for fsGroup, which heald accepts. Its own user cannot own it: Kubernetes has no way to say that.
    - name: token
      secret:
        secretName: {{ include "heald.tokenSecret" . | quote }}
        defaultMode: {{ $mode }}
        items:
          - key: {{ .Values.token.key | quote }}
            path: token
    {{- end }}
    {{- if .Values.tokens }}
    - name: tokens
      projected:
        defaultMode: {{ $mode }}
        sources:
          {{- range .Values.tokens }}
          - secret:
              name: {{ .existingSecret | quote }}
              items:
                - key: {{ .key | default "token" | quote }}
                  path: {{ .name | quote }}
          {{- end }}
    {{- end }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- else }}
  {{- if include "heald.replicated" . }}
  # Replicas on different nodes, where there are several.
  affinity:
    podAntiAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
        - weight: 100
          podAffinityTerm:
            topologyKey: kubernetes.io/hostname
            labelSelector:
              matchLabels:
                {{- include "heald.selector" . | nindent 16 }}
  {{- end }}
  {{- end }}
  {{- range $i, $constraint := .Values.topologySpreadConstraints }}
  {{- if eq $i 0 }}
  topologySpreadConstraints:
  {{- end }}
    {{- $own := dict "labelSelector" (dict "matchLabels" (include "heald.selector" $ | fromYaml)) }}
    - {{- toYaml (merge (deepCopy $constraint) $own) | nindent 6 }}
  {{- end }}
{{- end -}}

{{/* "yes" where an init container gives the store to heald's user, which root needs from nobody. */}}
{{- define "heald.chown" -}}
{{- if and .Values.store.chown (not (include "heald.root" .)) }}yes{{ end -}}
{{- end -}}

{{- define "heald.storeVolume" -}}
{{- if eq .Values.store.type "pvc" -}}
persistentVolumeClaim:
  claimName: {{ default (printf "%s-store" (include "heald.fullname" .)) .Values.store.existingClaim | quote }}
{{- else if eq .Values.store.type "hostPath" -}}
hostPath:
  path: {{ .Values.store.hostPath }}
  # What the kubelet makes is root's, so only root can use it, or who is given it.
  type: {{ or (include "heald.root" .) (include "heald.chown" .) | empty | ternary "Directory" "DirectoryOrCreate" }}
{{- else -}}
emptyDir:
  sizeLimit: {{ .Values.store.size }}
{{- end -}}
{{- end -}}
