package config

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Secret is a text that is never printed: however it is formatted, logged or marshalled, it shows as "***".
// Reveal is the only way to its value.
type Secret struct{ value string }

// NewSecret wraps a value.
func NewSecret(value string) Secret { return Secret{value} }

// Reveal returns the value, for the one who needs it to sign, to check or to log in.
func (s Secret) Reveal() string { return s.value }

// IsZero says that there is no value.
func (s Secret) IsZero() bool { return s.value == "" }

// String returns the mask, or nothing if there is no value.
func (s Secret) String() string {
	if s.value == "" {
		return ""
	}
	return mask
}

// Format masks the secret whatever the verb: without it, %d would show the field.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// LogValue masks the secret in logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText masks the secret in JSON, YAML and all that marshals text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Secrets are one or several, such as keys of which the old one is still good.
type Secrets []Secret

// Reveal returns the values.
func (s Secrets) Reveal() []string {
	values := make([]string, len(s))
	for i, secret := range s {
		values[i] = secret.Reveal()
	}
	return values
}

// StoreURL says where the state is kept. What in it may be a secret (user, password, query values) is masked when
// it is printed; Reveal returns all of it.
type StoreURL struct{ Secret }

// NewStoreURL wraps a URL.
func NewStoreURL(url string) StoreURL { return StoreURL{NewSecret(url)} }

// String returns the URL with its secrets masked.
func (u StoreURL) String() string {
	scheme, rest, ok := strings.Cut(u.value, "://")
	if !ok {
		if strings.ContainsAny(u.value, "@?") && !strings.HasPrefix(u.value, "bolt:") {
			return mask
		}
		return u.value
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 { // the last, since a password may hold anything
		rest = mask + rest[at:]
	}
	if address, _, ok := strings.Cut(rest, "?"); ok {
		rest = address + "?" + mask
	}
	return scheme + "://" + rest
}

// Format masks the secrets whatever the verb.
func (u StoreURL) Format(f fmt.State, _ rune) { io.WriteString(f, u.String()) }

// LogValue masks the secrets in logs.
func (u StoreURL) LogValue() slog.Value { return slog.StringValue(u.String()) }

// MarshalText masks the secrets in JSON, YAML and all that marshals text.
func (u StoreURL) MarshalText() ([]byte, error) { return []byte(u.String()), nil }
