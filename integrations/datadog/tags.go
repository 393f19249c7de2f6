package datadog

import "strings"

// list splits Datadog's comma-separated tags; nil when there are none.
func list(s string) []string {
	var tags []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" && !unsubstituted.MatchString(part) {
			tags = append(tags, part)
		}
	}
	return tags
}

// labelsOf makes labels of tags like name:value. A name that comes twice keeps its first value; the tags keep both.
func labelsOf(lists ...[]string) map[string]string {
	labels := map[string]string{}
	for _, tags := range lists {
		for _, tag := range tags {
			name, value, ok := strings.Cut(tag, ":")
			if !ok || name == "" || value == "" {
				continue
			}
			if _, taken := labels[name]; !taken {
				labels[name] = value
			}
		}
	}
	return labels
}
