package shoutrrr

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

const (
	maxError = 300 // characters of a service's error that are kept
	// minSecret is the length from which a part of a URL is taken out of errors; shorter ones are words.
	minSecret = 4
)

var anyURL = regexp.MustCompile(`[a-zA-Z][a-zA-Z0-9+.-]*://[^\s"'<>]*`)

// scrub takes out of a service's error every URL, and every part of the target that may be a secret: which
// part is one differs from service to service, so all go, its host included.
func scrub(text, target string) string {
	text = anyURL.ReplaceAllString(text, "[url]")
	for _, part := range parts(target) {
		text = strings.ReplaceAll(text, part, "***")
	}
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	if r := []rune(text); len(r) > maxError {
		text = string(r[:maxError]) + "…"
	}
	return text
}

// parts lists the pieces of a URL as written and decoded, the longest first.
func parts(target string) []string {
	_, rest, _ := strings.Cut(target, "://")
	found := map[string]bool{}
	add := func(s string) {
		for _, form := range []string{s, decoded(s), url.QueryEscape(decoded(s)), url.PathEscape(decoded(s))} {
			if len(form) >= minSecret {
				found[form] = true
			}
		}
	}
	add(rest)
	for _, piece := range strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune("/?#&=@:,;", r) }) {
		add(piece)
	}
	list := make([]string, 0, len(found))
	for s := range found {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return list
}

func decoded(s string) string {
	if d, err := url.QueryUnescape(s); err == nil {
		return d
	}
	return s
}
