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
    {{- with omit .Values.podLabels "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" }}
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
  dnsPolicy: ClusterFirstWithHostNet
  {{- end }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . | quote }}
  {{- end }}
  {{- with .Values.initContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: heald
      image: {{ include "heald.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        - --config.file=/etc/heald/heald.yml
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
      env:
        - name: STATE_DIRECTORY
          value: /var/lib/heald
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
      # Starting reads the configuration and opens the store; then the process has to answer.
      startupProbe:
        httpGet: {path: /-/healthy, port: metrics{{ $scheme }}}
        periodSeconds: 2
        failureThreshold: 30
      livenessProbe:
        httpGet: {path: /-/healthy, port: metrics{{ $scheme }}}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 3
      # Not ready without a store that works: nothing would start.
      readinessProbe:
        httpGet: {path: /-/ready, port: metrics{{ $scheme }}}
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 2
      # The mistakes of a configuration are the last that it logs: `kubectl describe pod` shows them.
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
      configMap:
        name: {{ include "heald.configMap" . | quote }}
        items:
          - key: heald.yml
            path: heald.yml
    - name: store
      {{- include "heald.storeVolume" . | nindent 6 }}
    - name: tmp
      emptyDir: {}
    {{- $mode := eq (include "heald.root" .) "root" | ternary "0400" "0440" }}
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
  {{- end }}
{{- end -}}

{{- define "heald.storeVolume" -}}
{{- if eq .Values.store.type "pvc" -}}
persistentVolumeClaim:
  claimName: {{ default (printf "%s-store" (include "heald.fullname" .)) .Values.store.existingClaim | quote }}
{{- else if eq .Values.store.type "hostPath" -}}
hostPath:
  path: {{ .Values.store.hostPath }}
  # What the kubelet makes is root's, so only root can use it.
  type: {{ eq (include "heald.root" .) "root" | ternary "DirectoryOrCreate" "Directory" }}
{{- else -}}
emptyDir:
  sizeLimit: {{ .Values.store.size }}
{{- end -}}
{{- end -}}
