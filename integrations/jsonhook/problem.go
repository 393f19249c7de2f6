package jsonhook

import (
	"errors"
	"strings"

	"github.com/expr-lang/expr/file"

	"github.com/tocsin-oncall/tocsin/rules/nearest"
)

// familiar are names that other systems have for a field.
var familiar = map[string]string{
	"message": "title", "summary": "title", "name": "title", "subject": "title", "alias": "dedup_key", "key": "dedup_key",
	"id": "dedup_key", "fingerprint": "dedup_key", "state": "status", "severity": "priority", "body": "description", "text": "description",
	"host": "source", "entity": "source", "url": "link", "tag": "tags", "annotations": "details", "runbook_url": "runbook",
	"timestamp": "starts_at", "time": "starts_at", "ends_at": "expires_at",
}

func suggest(field string) string {
	field = strings.ToLower(field)
	if known, ok := familiar[field]; ok {
		return `did you mean "` + known + `"?`
	}
	for _, candidate := range Fields {
		if len(field) > 2 && strings.HasPrefix(candidate, field) {
			return `did you mean "` + candidate + `"?`
		}
	}
	if near := nearest.To(field, Fields[:]); near != "" {
		return `did you mean "` + near + `"?`
	}
	return "the keys are " + strings.Join(Fields[:], ", ")
}

func problemOf(field string, err error) *Problem {
	p := &Problem{Field: field, Offset: -1, Message: err.Error()}
	var at *file.Error
	if errors.As(err, &at) {
		p.Offset, p.Message = at.From, at.Message
	}
	if strings.HasPrefix(p.Message, "unknown name ") {
		p.Hint = "an expression sees body, headers, query and now; text stands in quotes"
	}
	return p
}

// reason gives the message of a run-time error without the excerpt of the source that expr adds.
func reason(err error) string {
	var at *file.Error
	if errors.As(err, &at) {
		return at.Message
	}
	return err.Error()
}
