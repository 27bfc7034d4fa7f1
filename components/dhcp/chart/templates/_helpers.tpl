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

{{/* Asks Kea for its status over the control socket. */}}
{{- define "status-get" -}}
exec:
  command:
    - /bin/sh
    - -c
    - {{ printf "echo '{\"command\":\"status-get\"}' | socat -t 2 - UNIX-CONNECT:%s/kea-dhcp4-ctrl.sock | grep -q '\"result\": 0'" .Values.runFolder | quote }}
{{- end }}
