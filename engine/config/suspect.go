package config

import (
	"regexp"
	"strings"
)

// A file with a syntax error is not understood, so which of its values are secrets goes by their keys.

// secretKey finds keys that may hold secrets, and what follows them.
var secretKey = regexp.MustCompile(`(?i)["']?[a-z0-9_.-]*(?:key|token|secret|pass|auth|credential|url|store)[a-z0-9_.-]*["']?\s*[:=]`)

// looksSecret says whether a key of this name may hold a secret.
func looksSecret(key string) bool {
	return !strings.HasSuffix(key, "_file") && secretKey.MatchString(key+":")
}

// suspect returns the parts of a line that may be secrets.
func (s *source) suspect(n int) []span {
	line := s.line(n)
	end := len(line) + 1
	if at := secretKey.FindStringIndex(string(line)); at != nil {
		from := len([]rune(string(line)[:at[1]]))
		return []span{{from + 1 + indentOf(line[from:]), end}}
	}
	if s.underSecret(n) {
		return []span{{1 + indentOf(line), end}}
	}
	return nil
}

// underSecret says whether a line goes on with the value of a secret key above it. A list may be as far to the left as
// its key.
func (s *source) underSecret(n int) bool {
	depth := indentOf(s.line(n))
	if line := s.line(n); depth < len(line) && line[depth] == '-' {
		depth++
	}
	for above := n - 1; above >= 1 && depth > 0; above-- {
		line := s.line(above)
		at := indentOf(line)
		if at == len(line) || at >= depth {
			continue
		}
		if secretKey.MatchString(string(line)) {
			return true
		}
		depth = at
	}
	return false
}
