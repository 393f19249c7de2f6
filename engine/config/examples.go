package config

import (
	"strings"

	"github.com/invopop/jsonschema"
)

// examples are what the schema gives as examples of a key, for editors: of Definition.key, or of key wherever it is. Keys
// that are durations, times of day, enumerations, numbers or true and false need none: madeOf makes them.
var examples = map[string][]any{
	"account_sid": {"AC0123456789abcdef0123456789abcdef"}, "acked_by": {"amir"}, "actions": {[]any{"info"}},
	"answers": {map[string]any{"anybody": "5m"}}, "acks": {map[string]any{"ethan": "12m"}},
	"base_url": {"https://slack.example.com/api/"}, "by": {[]any{"service"}, "labels.cluster"}, "config": {"config.yaml", []any{"base.yaml", "teams/"}},
	"date": {"2026-11-26"}, "dates": {[]any{"2026-11-26"}}, "dedup_key": {"disk-db-3"}, "default_policy": {"standard"}, "delay_until": {"business-hours"},
	"depends_on": {"database", []any{"database", "dns"}}, "description": {"{{ description }}\nSeen by {{ integration }}."},
	"details": {map[string]any{"dashboard": "https://grafana.example.com/d/{{ labels.job }}"}}, "during": {"business-hours"}, "ends": {"2026-12-31T09:00"},
	"email": {"ethan@example.com"}, "every": {"1w", "12h"}, "fallback": {"standard"}, "file": {"holidays.ics"}, "from": {"2026-11-26T09:00"},
	"full_name": {"Ethan Z."}, "group_by": {"labels.cluster", []any{"service", "labels.region"}}, "headers": {map[string]any{"X-Topic": "disks"}},
	"holidays": {"us", []any{"us", "texas"}}, "host": {"smtp.example.com"}, "incident": {true, `priority == "P1"`}, "integration": {"prometheus"},
	"key": {"${PROMETHEUS_KEY}"}, "labels": {map[string]any{"region": "austin"}}, "link": {"https://grafana.example.com/d/{{ labels.job }}"},
	"listen": {"127.0.0.1:8080", ":8080"}, "lists": {map[string]any{"vips": []any{"acme", "initech"}}},
	"map":  {map[string]any{"dedup_key": "body.id", "title": "body.message"}},
	"name": {"primary"}, "notify": {[]any{"schedule:primary"}, []any{"next:primary", "channel:sre"}}, "participants": {[]any{"ethan", "amir"}},
	"password": {"${SMTP_PASSWORD}"}, "payload": {"payloads/webhook.json"}, "phone": {"+15550100"}, "policy": {"standard"},
	"public_url": {"https://oncall.example.com"}, "quiet_hours": {[]any{map[string]any{"during": "night"}}}, "reason": {"on holiday"}, "replace": {"amir"}, "required_when": {`incident.priority in ["P1", "P2"]`},
	"rotation": {"daily"}, "rrule": {"FREQ=WEEKLY;BYDAY=MO,TH"}, "rule": {"ours", "ops at night > urgent"}, "runbook": {"https://wiki.example.com/{{ labels.alertname }}"},
	"schedule": {"primary"}, "secret": {"${WEBHOOK_SECRET}"}, "service": {"checkout"}, "shift": {"24h"}, "signing_key": {"${TOCSIN_SIGNING_KEY}"},
	"silent": {"ethan", []any{"ethan", "amir"}}, "slack": {"U01ETHAN"}, "source": {"db-3"}, "starts": {"2026-03-02T09:00"},
	"stops": {map[string]any{"nightly-backup": "0m"}}, "store": {"bolt:data/tocsin.db", "redis://redis.example.com:6379"}, "tags": {"critical", []any{"critical", "night"}},
	"team": {"ops"}, "timezone": {"America/New_York", "Europe/Berlin"}, "title": {"Disk of db-3 is full"}, "to": {"2026-11-27T09:00"},
	"until": {"2026-12-31"}, "url": {"https://oncall.example.com/hook"}, "user": {"ethan"}, "username": {"oncall"},
	"when": {`priority == "P1"`, `labels.severity == "critical" and during("business-hours")`},

	"Aggregate.count": {"service", "labels.cluster"}, "Aggregate.incident": {true}, "Aggregate.name": {"wide"}, "Aggregate.title": {"Several services are down at once"},
	"Aggregate.to": {"policy:standard", "team:ops"}, "APIKey.key": {"${DEPLOY_KEY}"}, "Canary.user": {"ethan"}, "Channel.name": {"sre"}, "File.incident": {map[string]any{"commander_after": "10m"}},
	"Audience.channels": {[]any{"sre"}}, "Audience.email": {[]any{"cto@example.com", "team:ops"}}, "Audience.name": {"customers"}, "Audience.title": {"Problem with {{ incident.service }}"},
	"Phrases.investigating": {"We are looking into {{ incident.title }}. Next update by {{ update.next }}."}, "Phrases.identified": {"The cause is known."},
	"Phrases.monitoring": {"It is mended, and we are watching it."}, "Phrases.resolved": {"It is over."},
	"Incident.conference": {"https://meet.example.com/{{ incident.name }}"}, "IncidentSlack.channel": {"inc-{{ incident.number }}-{{ incident.service }}"},
	"IncidentSlack.when": {`incident.priority in ["P1", "P2"]`}, "Incident.channels": {[]any{"status-hook"}}, "Postmortem.channels": {[]any{"status-hook"}}, "Incident.checklist": {[]any{"standard"}, []any{"standard", "The status page says so"}},
	"Retrospective.to": {[]any{"team:ops", "channel:sre", "quality@example.com"}}, "Retrospective.audience": {"stakeholders"},
	"ReviewDigest.to": {[]any{"team:ops", "channel:sre"}}, "ReviewDigest.room": {"Room 4"}, "ReviewDigest.agenda": {"Actions in violation first."},
	"ReviewDigest.from": {"2026-03-10T14:00"}, "WorkHours.from": {"09:00"}, "WorkHours.to": {"17:00"},
	"Incident.roles": {[]any{"commander", "scribe"}}, "UsualSuspects.teams": {[]any{"network", "database"}}, "Channel.to": {"#sre", "sre@example.com"},
	"Coverage.urgent": {[]any{"standard"}}, "Channel.url": {"https://hooks.example.com/pages", "${TEAMS_WEBHOOK}"}, "DeadMan.url": {"https://watchdog.example.com/ping/tocsin"},
	"Down.via": {"slack"}, "Expect.policy": {"standard"}, "Given.at": {"0s", "5m"}, "Given.description": {"No space left on device"}, "Given.details": {map[string]any{"mount": "/var"}},
	"Given.labels": {map[string]any{"severity": "critical"}}, "Holidays.name": {"us"}, "ICal.url": {"${CALENDAR_URL}"}, "Integration.name": {"prometheus"},
	"Integration.services": {map[string]any{"acme/payments": "payments", "acme/mono@shop-live": "checkout"}}, "Integration.environments": {map[string]any{"frankfurt": "production"}},
	"Integration.title": {"The nightly backup did not run"}, "Page.to": {"ethan", "channel:sre"}, "Page.via": {"sms"}, "Policy.name": {"standard"},
	"Repeat.from": {"everybody"}, "Restrict.from": {"22:00"}, "Restrict.to": {"06:00"}, "Rotation.every": {"1w", "1d", "12h"},
	"Rotation.members": {[]any{map[string]any{"user": "jason", "from": "2026-04-01"}}}, "Rotation.name": {"daily"}, "Rule.name": {"severity to priority"},
	"Rule.to": {"policy:standard", "team:ops", "nobody"}, "SMTP.from": {"oncall@example.com"}, "Service.name": {"checkout"}, "Set.title": {"[{{ labels.customer }}] {{ title }}"}, "Step.name": {"everybody"},
	"Team.members": {[]any{"ethan", map[string]any{"user": "jason", "role": "admin"}}}, "Team.name": {"ops"}, "Test.at": {"2026-11-22 03:00"},
	"Test.name": {"at night, a critical alert pages who is on call"}, "Twilio.auth_token": {"${TWILIO_AUTH_TOKEN}"}, "Twilio.base_url": {"https://twilio.example.com"},
	"Twilio.from": {"+15550199"}, "Twilio.secondary_token": {"${TWILIO_SECONDARY_TOKEN}"}, "User.name": {"ethan"},
	"Slack.bot_token": {"${SLACK_BOT_TOKEN}"}, "Slack.signing_secret": {"${SLACK_SIGNING_SECRET}"},
	"File.status_page": {map[string]any{"title": "Status of Example"}}, "PublicService.name": {"Checkout"}, "PublicService.description": {"Paying by card"}, "PublicService.group": {"Shop"},
	"Service.statuspage_component": {"ftgks51sfs2d"}, "Maintenance.public": {"We move the database. Payments may take longer."}, "StatusPage.since": {"2026-11-20"}, "StatusPage.title": {"Status of Example"}, "StatusPage.description": {"How our services are."}, "StatusPage.url": {"https://status.example.com"},
	"StatusPage.support": {"https://example.com/support", "mailto:help@example.com"}, "StatusPage.directory": {"/var/www/status"}, "StatusPage.serve": {"/status"},
	"Statuspage.api_key": {"${STATUSPAGE_KEY}"}, "Statuspage.page_id": {"kctbh9vrtdwd"}, "Statuspage.base_url": {"https://statuspage.example.com/v1"},
	"GitHub.base_url": {"https://github.example.com/api/v3"}, "GitHub.repository": {"example-org/checkout"}, "GitHub.token": {"${GITHUB_TOKEN}"},
	"Jira.api": {3}, "Jira.api_token": {"${JIRA_API_TOKEN}"}, "Jira.base_url": {"https://example.atlassian.net"}, "Jira.issue_type": {"Task", "Bug"}, "Jira.project": {"OPS"}, "Jira.token": {"${JIRA_TOKEN}"},
	"Window.from": {"09:00"}, "Window.name": {"business-hours"}, "Window.to": {"17:00"},
}

// exemplify gives the keys of a definition their examples.
func exemplify(definition string, s *jsonschema.Schema) {
	if s.Properties == nil {
		return
	}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		v, item := p.Value, p.Value
		if v.Items != nil {
			item = v.Items
		}
		if item.Ref == "" { // of mappings, their keys have examples
			v.Examples = examplesOf(definition, p.Key, v)
		}
		for _, form := range item.AnyOf { // a short form, and a mapping
			exemplify(definition, form)
		}
	}
}

func examplesOf(definition, key string, s *jsonschema.Schema) []any {
	if file, ok := strings.CutSuffix(key, "_file"); ok {
		return []any{"/run/secrets/" + file}
	}
	if list, ok := examples[definition+"."+key]; ok {
		return list
	}
	if made := madeOf(s); made != nil {
		return made
	}
	return examples[key]
}

// madeOf makes examples of what is known by its form; nil for others.
func madeOf(s *jsonschema.Schema) []any {
	switch {
	case len(s.Enum) > 0:
		return s.Enum
	case s.Pattern == durationPattern:
		return []any{"30s", "10m", "7d"}
	case s.Pattern == "^forever$|"+durationPattern:
		return []any{"90d", "forever"}
	case s.Pattern == clockPattern:
		return []any{"09:00"}
	case s.Type == "boolean":
		return []any{true}
	case s.Type == "integer" && s.Minimum != "":
		return []any{max(5, atLeast(s))}
	case s.Type == "integer" || s.Type == "number":
		return []any{1}
	case s.Type == "array" && s.Items != nil:
		if made := madeOf(s.Items); made != nil {
			return []any{made[:1:1]}
		}
	case len(s.AnyOf) > 0:
		return madeOf(s.AnyOf[0])
	}
	return nil
}

func atLeast(s *jsonschema.Schema) int64 {
	n, err := s.Minimum.Int64()
	if err != nil {
		return 0
	}
	return n
}
