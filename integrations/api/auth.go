package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
)

// Role is what a key may do. Each role may do all that those below it may.
type Role string

// The roles.
const (
	Viewer    Role = "viewer"    // looks
	Responder Role = "responder" // acts on alerts, incidents and postmortems
	Admin     Role = "admin"     // sees the configuration and ack links, and reloads
)

// ranks are the roles, the least first.
var ranks = [...]Role{Viewer, Responder, Admin}

// includes says whether a role may do what another one is needed for. An unknown role may nothing.
func (r Role) includes(needed Role) bool {
	rank := slices.Index(ranks[:], r)
	return rank >= 0 && rank >= slices.Index(ranks[:], needed)
}

// Key lets somebody use the API.
type Key struct {
	Name   string // what timelines call whoever uses it: api:NAME
	Secret string
	Role   Role
}

// Authenticate checks that a request brings, as Authorization: Bearer KEY, one of keys whose role includes the needed
// one, and gives that key. Otherwise the status is 401 or 403, and reason says what is wrong and what to do about it.
func Authenticate(r *http.Request, keys []Key, needed Role) (k Key, status int, reason string) {
	k, err := admit(r, keys, needed)
	if err != nil {
		p := problemOf(err)
		return Key{}, p.status, p.message + "; " + p.hint
	}
	return k, http.StatusOK, ""
}

// admit finds the key of a request, and sees that its role is enough.
func admit(r *http.Request, keys []Key, needed Role) (Key, error) {
	k, err := authenticate(r, keys)
	if err == nil && !k.Role.includes(needed) {
		err = &problem{http.StatusForbidden, "forbidden",
			"the key " + k.Name + " has the role " + string(k.Role) + "; this needs " + string(needed),
			"use a key with that role, or change its role under api_keys: in the configuration"}
	}
	return k, err
}

// authenticate finds the key that a request brings as Authorization: Bearer KEY. It compares with all keys, in a time
// that does not depend on which of them fits.
func authenticate(r *http.Request, keys []Key) (Key, error) {
	if len(keys) == 0 {
		return Key{}, &problem{http.StatusUnauthorized, "unauthorized", "nobody may use the API: no key is configured",
			"add one under api_keys: in the configuration, such as {name: ops, key: …, role: admin}, and reload"}
	}
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if secret = strings.TrimSpace(secret); !strings.EqualFold(scheme, "Bearer") || secret == "" {
		return Key{}, &problem{http.StatusUnauthorized, "unauthorized", "no key was sent",
			"send one of api_keys as Authorization: Bearer KEY"}
	}
	offered := sha256.Sum256([]byte(secret))
	found := -1
	for i, k := range keys {
		own := sha256.Sum256([]byte(k.Secret))
		if subtle.ConstantTimeCompare(offered[:], own[:]) == 1 {
			found = i
		}
	}
	if found < 0 {
		return Key{}, &problem{http.StatusUnauthorized, "unauthorized", "the key is not known",
			"compare it with those under api_keys: in the configuration"}
	}
	return keys[found], nil
}
