package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// text replaces what is not UTF-8 by U+FFFD and removes control characters, NUL among them, but for line breaks and tabs.
func text(s string) string {
	if ordinary(s) {
		return s
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if strings.IndexFunc(s, control) >= 0 {
		s = strings.Map(func(r rune) rune {
			if control(r) {
				return -1
			}
			return r
		}, s)
	}
	return s
}

// ordinary reports whether s is printable ASCII on one line, as nearly all that senders write is: nothing to mend.
func ordinary(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

func control(r rune) bool {
	return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r >= 0x7f && r < 0xa0
}

// line is text on one line, without space around it.
func line(s string) string {
	if ordinary(s) {
		return strings.TrimSpace(s)
	}
	s = text(s)
	if strings.ContainsAny(s, "\r\n\t") {
		s = strings.Join(strings.Fields(s), " ")
	}
	return strings.TrimSpace(s)
}

// cutRunes cuts to at most n runes.
func cutRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	runes := 0
	for i := range s {
		if runes == n {
			return strings.TrimSpace(s[:i])
		}
		runes++
	}
	return s
}

// cutBytes cuts to at most n bytes, between runes.
func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// cutKey keeps long keys apart by the hash that they then end in.
func cutKey(key string) string {
	if len(key) <= MaxDedupKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	hash := "-" + hex.EncodeToString(sum[:16])
	return cutBytes(key, MaxDedupKey-len(hash)) + hash
}

// cleanTags gives tags or actions within the limits, without blanks and repeats.
func cleanTags(tags []string) []string {
	if len(tags) == 0 {
		return nil
	}
	kept := make([]string, 0, min(len(tags), MaxTags))
	seen := make(map[string]bool, cap(kept))
	for _, tag := range tags {
		if tag = cutRunes(line(tag), MaxTag); tag == "" || seen[tag] {
			continue
		}
		if len(kept) == MaxTags {
			break
		}
		seen[tag] = true
		kept = append(kept, tag)
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}
