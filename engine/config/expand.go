package config

import (
	"fmt"
	"regexp"
	"strings"
)

// variable is ${NAME} or ${NAME:-default}; $${ stands for ${ itself.
var variable = regexp.MustCompile(`\$?\$\{[^{}]*\}?`)

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// expand replaces the variables in a scalar by what the environment says. What comes from there is
// never read as YAML.
func (l *loader) expand(n *node) {
	if n.kind != text || !strings.Contains(n.raw, "${") {
		return
	}
	n.expanded = true
	var out strings.Builder
	last := 0
	for _, at := range variable.FindAllStringIndex(n.raw, -1) {
		out.WriteString(n.raw[last:at[0]])
		last = at[1]
		found := n.raw[at[0]:at[1]]
		if strings.HasPrefix(found, "$$") {
			out.WriteString(found[1:])
			continue
		}
		value, message, hint := l.variable(found)
		if message != "" {
			place, _ := n.locate(len([]rune(n.raw[:at[0]])))
			l.report(Error, place, "", message, hint)
			n.kind = broken
			return
		}
		out.WriteString(value)
	}
	out.WriteString(n.raw[last:])
	n.text = out.String()
}

func (l *loader) variable(found string) (value, message, hint string) {
	inner, closed := strings.CutSuffix(strings.TrimPrefix(found, "${"), "}")
	name, fallback, hasFallback := strings.Cut(inner, ":-")
	if !closed || !variableName.MatchString(name) {
		return "", "this is not a variable", "write ${NAME} or ${NAME:-default}, and $${ for a literal ${"
	}
	value, ok := l.env(name)
	if hasFallback && value == "" {
		return fallback, "", ""
	}
	if !ok {
		return "", fmt.Sprintf("the environment variable %s is not set", name), fmt.Sprintf("set it, or write ${%s:-default}", name)
	}
	return value, "", ""
}
