package jira

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestADocumentHasNoEmptyTextWhichJiraRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       `"content":[{"type":"paragraph","content":[{"type":"text","text":"INC-7"`,
		"one\r\ntwo\n\n\nthree":  `[{"type":"text","text":"one"},{"type":"hardBreak"},{"type":"text","text":"two"}]},{"type":"paragraph","content":[{"type":"text","text":"three"}]}`,
		"\n\n\n \n\n<b>{code}\n": `"text":"\u003cb\u003e{code}"}`,
	} {
		got, err := json.Marshal(document(text, "INC-7", "https://oncall.example.com/api/v1/incidents/INC-7"))
		if err != nil || !strings.Contains(string(got), want) || strings.Contains(string(got), `"type":"text"}`) {
			t.Errorf("%q is %s, %v", text, got, err)
		}
	}
}
