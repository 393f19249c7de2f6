package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// maxGroupKey bounds the readable part of a group key, in bytes; what is
// longer is replaced by its hash.
const maxGroupKey = 256

// groupKey joins the values of a rule's group_by so that different values
// never give the same key. It is empty where all values are: unrelated events
// that merely lack the labels are not one alert.
func (e *evaluator) groupKey(by []*expression) (string, error) {
	var parts []string
	grouped := false
	for _, x := range by {
		value, err := e.run(x)
		if err != nil {
			return "", err
		}
		text := ""
		if value != nil {
			text = fmt.Sprint(value)
		}
		grouped = grouped || text != ""
		parts = append(parts, fmt.Sprintf("%s=%q", x.source, text))
	}
	if !grouped {
		return "", nil
	}
	return bounded(strings.Join(parts, ",")), nil
}

// bounded replaces a key that is too long by its hash.
func bounded(key string) string {
	if len(key) <= maxGroupKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// groupPrefix keeps the groups of different destinations apart: an alert for one team
// must not disappear in the open alert of another. Within a team the policy
// may change with the hour, and the group stays one.
func groupPrefix(d Decision) string {
	switch {
	case d.Nobody:
		return "nobody|"
	case d.Team != "":
		return "team:" + d.Team + "|"
	default:
		return "policy:" + d.Policy + "|"
	}
}
