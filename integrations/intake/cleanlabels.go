package intake

import (
	"maps"
	"slices"
	"strings"
)

// important are the labels that rules look at most; they stay when there are too many.
var important = [...]string{"alertname", "severity", "team", "service"}

// cleanLabels gives the labels within the limits: the important ones and the alphabetically first.
func cleanLabels(labels map[string]string, n *notes) map[string]string {
	if len(labels) == 0 {
		return nil
	}
	if len(labels) <= MaxLabels && clean(labels) {
		return labels
	}
	kept := make(map[string]string, min(len(labels), MaxLabels))
	dropped := 0
	for _, name := range byImportance(labels) {
		value := cutBytes(text(labels[name]), MaxLabelValue)
		name = cutName(name)
		if name == "" {
			continue
		}
		if _, taken := kept[name]; taken || len(kept) == MaxLabels {
			dropped++
			continue
		}
		kept[name] = value
	}
	if dropped > 0 {
		n.add("truncated_labels", dropped)
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}

func cutName(name string) string {
	return strings.TrimSpace(cutBytes(line(name), MaxLabelName))
}

func clean(labels map[string]string) bool {
	for name, value := range labels {
		if name == "" || len(value) > MaxLabelValue || cutName(name) != name || text(value) != value {
			return false
		}
	}
	return true
}

// byImportance gives the names in the order in which they are kept.
func byImportance(labels map[string]string) []string {
	names := make([]string, 0, len(labels))
	for _, name := range important {
		if _, ok := labels[name]; ok {
			names = append(names, name)
		}
	}
	first := len(names)
	for name := range maps.Keys(labels) {
		if !slices.Contains(important[:], name) {
			names = append(names, name)
		}
	}
	slices.Sort(names[first:])
	return names
}
