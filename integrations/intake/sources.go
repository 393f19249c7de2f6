package intake

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/engine/event"
)

// Source is one integration of the configuration.
type Source struct {
	Name string
	Type string // as in the configuration: alertmanager, prometheus, datadog, json, heartbeat, github, …
	// Keys are the keys that it accepts, several while one is being replaced. None at all means that anybody may send.
	Keys []string
	// Decode makes events of a request. With an error and no events nothing is stored; with both, the events are
	// stored and the sender is told the error, which is for it to read and names no internals.
	Decode func(Request) ([]event.Event, error)
	// Deployment, of those that report deployments instead, makes one of a request. Nil without an error says that the
	// request tells nothing that matters.
	Deployment func(Request) (*deployment.Report, error)
	// Signed, of those that sign what they send instead of sending a key, reports whether a body was signed with it.
	Signed func(key string, body []byte, header http.Header) bool
}

// typePrometheus is the type of the integrations that /api/v2/alerts serves.
const typePrometheus = "prometheus"

// Sources are all integrations of one configuration. They never change; a reload makes new ones.
type Sources struct {
	byNames map[string]source
	byTypes map[string][]source // by name
}

type digest = [sha256.Size]byte

// source is a Source whose keys are digests: of equal length, whatever the length of the keys.
type source struct {
	Source
	keys []digest
}

// NewSources prepares integrations; their names must differ.
func NewSources(list ...Source) *Sources {
	s := &Sources{byNames: make(map[string]source, len(list)), byTypes: map[string][]source{}}
	for _, src := range list {
		prepared := source{Source: src}
		for _, key := range src.Keys {
			prepared.keys = append(prepared.keys, sha256.Sum256([]byte(key)))
		}
		s.byNames[src.Name] = prepared
		s.byTypes[src.Type] = append(s.byTypes[src.Type], prepared)
	}
	for _, list := range s.byTypes {
		slices.SortFunc(list, func(a, b source) int { return cmp.Compare(a.Name, b.Name) })
	}
	return s
}

// byName gives the integration of that name, if one of the offered keys is its. An unknown name is 404 whatever the
// key, after the same work as for a wrong one: names are no secret, keys are.
func (s *Sources) byName(name string, offered []digest) (Source, *refusal) {
	src, known := s.byNames[name]
	if !known {
		nobody.admits(offered)
		return Source{}, &refusal{status: http.StatusNotFound, code: "unknown_integration", message: "there is no integration of this name",
			hint: "compare the last part of the URL with the names under integrations: in the configuration"}
	}
	if !src.admits(offered) {
		return Source{Name: src.Name}, unauthorized(offered)
	}
	return src.Source, nil
}

// Named gives the name of the integration of a type that a key belongs to, for senders that are known by their key alone
// and have a surface of their own. See byKey.
func (s *Sources) Named(kind, key string) (name string, ok bool) {
	var keys []digest
	if key != "" {
		keys = append(keys, sha256.Sum256([]byte(key)))
	}
	src, refused := s.byKey(kind, keys)
	return src.Name, refused == nil
}

// byKey gives the integration of a type that the offered key belongs to; failing that, one that needs no key. If several
// have the key, the first by name.
func (s *Sources) byKey(kind string, offered []digest) (Source, *refusal) {
	var keyed, open *source
	for i := range s.byTypes[kind] {
		src := &s.byTypes[kind][i]
		switch admitted := src.admits(offered); {
		case admitted && len(src.keys) == 0 && open == nil:
			open = src
		case admitted && len(src.keys) > 0 && keyed == nil:
			keyed = src
		}
	}
	switch {
	case keyed != nil:
		return keyed.Source, nil
	case open != nil:
		return open.Source, nil
	case len(s.byTypes[kind]) == 0:
		return Source{}, &refusal{status: http.StatusNotFound, code: "unknown_integration", message: "there is no integration of type " + kind,
			hint: "add one under integrations: in the configuration, or post to /in/NAME"}
	}
	return Source{}, unauthorized(offered)
}

// nobody stands in for an integration that does not exist. Its digest is of no key.
var nobody = source{keys: []digest{{}}}

// admits compares all offered keys with all of its own, in a time that does not depend on which of them fit.
func (s source) admits(offered []digest) bool {
	match := 0
	for i := range offered {
		for j := range s.keys {
			match |= subtle.ConstantTimeCompare(offered[i][:], s.keys[j][:])
		}
	}
	return match == 1 || len(s.keys) == 0
}

func unauthorized(offered []digest) *refusal {
	r := &refusal{status: http.StatusUnauthorized, code: "unauthorized", message: "the key is not one of this integration",
		hint: "compare it with key: of the integration in the configuration"}
	if len(offered) == 0 {
		r.message = "no key was sent"
		r.hint = "send the integration's key as Authorization: Bearer KEY, as ?key=KEY, or as the password of basic authentication"
	}
	return r
}

// offered gives the digests of the keys that a request brings: in Authorization as Bearer, GenieKey or the password
// of Basic, in X-Gitlab-Token, and in the query as key. An empty key is none.
func offered(r *http.Request, query url.Values) []digest {
	var keys []digest
	add := func(key string) {
		if key != "" {
			keys = append(keys, sha256.Sum256([]byte(key)))
		}
	}
	if _, password, ok := r.BasicAuth(); ok {
		add(password)
	} else if scheme, key, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok {
		if strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "GenieKey") {
			add(strings.TrimSpace(key))
		}
	}
	add(r.Header.Get("X-Gitlab-Token"))
	add(query.Get("key"))
	return keys
}
