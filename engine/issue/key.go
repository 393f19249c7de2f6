package issue

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

var (
	jiraKey    = regexp.MustCompile(`^[A-Z][A-Z0-9_]{1,40}-[1-9][0-9]{0,9}$`)
	githubKey  = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100})#([1-9][0-9]{0,9})$`)
	githubPath = regexp.MustCompile(`^/([A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100})/(?:issues|pull)/([1-9][0-9]{0,9})$`)
	project    = regexp.MustCompile(`^[A-Z][A-Z0-9_]{1,40}$`)
	repository = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$`)
)

// SplitKey is the repository and the number of a GitHub key.
func SplitKey(key string) (repo, number string, ok bool) {
	m := githubKey.FindStringSubmatch(key)
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

// IsProject reports whether a text can be the key of a Jira project.
func IsProject(text string) bool { return project.MatchString(text) }

// IsRepository reports whether a text can be a GitHub repository, owner/name.
func IsRepository(text string) bool { return repository.MatchString(text) }

// checkKey brings a key into its usual form, and returns the address of the issue.
func checkKey(tracker, key string, t directory.Tracker) (string, string, error) {
	key = strings.TrimSpace(key)
	switch tracker {
	case Jira:
		if key = strings.ToUpper(key); !jiraKey.MatchString(key) {
			return "", "", refused("%q is not the key of a Jira issue, such as PAY-12.", clip(key))
		}
		return key, t.Web + "/browse/" + key, nil
	case GitHub:
		if strings.HasPrefix(key, "#") {
			key = t.Project + key
		}
		repo, number, ok := SplitKey(key)
		if !ok {
			return "", "", refused("%q is not the key of a GitHub issue, such as owner/repo#34.", clip(key))
		}
		return key, t.Web + "/" + repo + "/issues/" + number, nil
	}
	return "", "", refused("Only issues of jira and github have a key.")
}

// Recognise finds out of which tracker an address is, and which issue; a Link when it is of none.
func Recognise(address string, env directory.Env) (tracker, key string) {
	u, err := url.Parse(address)
	if err != nil {
		return Link, ""
	}
	at := func(web, under string) (path string, ok bool) {
		w, err := url.Parse(web)
		if err != nil || web == "" || !strings.EqualFold(w.Host, u.Host) {
			return "", false
		}
		return strings.CutPrefix(strings.TrimSuffix(u.Path, "/"), strings.TrimSuffix(w.Path, "/")+under)
	}
	if t, ok := env.Dir.Trackers[Jira]; ok {
		if key, ok := at(t.Web, "/browse/"); ok && jiraKey.MatchString(key) {
			return Jira, key
		}
	}
	if t, ok := env.Dir.Trackers[GitHub]; ok {
		if path, ok := at(t.Web, ""); ok {
			if m := githubPath.FindStringSubmatch(path); m != nil {
				return GitHub, m[1] + "#" + m[2]
			}
		}
	}
	return Link, ""
}

// isAddress accepts what a browser opens without running anything.
func isAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && len(text) <= maxURL && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// Refused says why something cannot be done; it is meant for the person who tried.
type Refused struct{ Reason string }

func (r *Refused) Error() string { return r.Reason }

func refused(format string, args ...any) error { return &Refused{fmt.Sprintf(format, args...)} }

func clip(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}
