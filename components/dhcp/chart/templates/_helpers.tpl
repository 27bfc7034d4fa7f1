{{/* Labels that select the pods. They are those of the chart that came before this one: a selector cannot be changed. */}}
{{- define "selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "labels" -}}
{{ include "selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* What the server's pod and the pod that checks a configuration have in common. */}}
{{- define "pod" -}}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  # One user for Kea and its exporter: only its owner may use the control socket.
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  # Kea's programs and hooks are readable by root and root's group only (install_umask=0027 in Kea's meson.build).
  supplementalGroups: [0]
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "unprivileged" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{/*
What Kea and the check of its configuration have in common. Kea opens sockets and lease files in these folders only, and
sockets only in a folder that others cannot enter, which the root of an emptyDir is not.
*/}}
{{- define "folders" -}}
- name: KEA_CONTROL_SOCKET_DIR
  value: {{ .Values.runFolder }}
- name: KEA_PIDFILE_DIR
  value: {{ .Values.runFolder }}
- name: KEA_LOCKFILE_DIR
  value: {{ .Values.runFolder }}
- name: KEA_DHCP_DATA_DIR
  value: /data
{{- end }}

{{- define "make-run-folder" -}}
mkdir -p -m 0750 {{ .Values.runFolder }}
{{- end }}

{{/* Asks Kea for its status. */}}
{{- define "status-get" -}}
exec:
  command: [perl, /config/kea/ask-kea.pl, status-get]
{{- end }}

{{/* How libpq, Kea's and psql's library, reaches the lease database. */}}
{{- define "database-environment" -}}
{{- range $name, $value := .Values.leaseDatabase.variables }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
- name: PGPASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .Values.leaseDatabase.secret }}
      key: password
{{- end }}

{{- define "database-volume" -}}
- name: database
  secret:
    secretName: {{ .Values.leaseDatabase.secret }}
    optional: true
    items:
      - key: ca.crt
        path: ca.crt
{{- end }}

{{/* Runs a command of database.sh. The context is the chart's, with the `command` and further `mounts`. */}}
{{- define "database-container" -}}
image: {{ .Values.leaseDatabase.image }}
imagePullPolicy: IfNotPresent
command: [/bin/sh, /scripts/database.sh, {{ .command }}]
env:
  {{- include "database-environment" . | nindent 2 }}
# The program reads the error from here, see "database-check.ts".
terminationMessagePolicy: FallbackToLogsOnError
resources:
  requests:
    cpu: 10m
    memory: 32Mi
  limits:
    memory: 128Mi
{{ include "unprivileged" . }}
volumeMounts:
  - name: database
    mountPath: /database
    readOnly: true
  - name: database-scripts
    mountPath: /scripts
    readOnly: true
{{- end }}
