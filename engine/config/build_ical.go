package config

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/calendar"
	"github.com/tocsin-oncall/tocsin/engine/directory"
)

// How often a calendar may be refreshed.
const (
	leastRefresh = Duration(time.Minute)
	mostRefresh  = Duration(week)
)

// ical checks where a calendar is, notes it, and returns its ID. Two that are at the same place are one, which is refreshed as
// often as either wants.
func (b *builder) ical(path string, c ICal) (id string) {
	if c.Refresh < leastRefresh || c.Refresh > mostRefresh {
		b.fail(path+".refresh", "", "refresh must be from %s to %s", leastRefresh, mostRefresh)
	}
	link := c.URL.Reveal()
	known := directory.Calendar{Every: time.Duration(c.Refresh)}
	switch {
	case link != "" && c.File != "":
		b.fail(path+".file", "keep one of the two", "url and file exclude each other")
		return ""
	case link == "" && c.File == "":
		if b.written(path+".url") || b.written(path+".url_file") {
			b.fail(path, "", "the url is empty")
		} else {
			b.fail(path, "write ical: {url: …} or ical: {file: …}", "a calendar needs a url or a file")
		}
		return ""
	case link != "":
		u, err := webURL(link)
		if err != nil {
			b.fail(path+".url", "write it as https://calendar.example.com/oncall.ics", "%v", err)
			return ""
		}
		known.URL, known.Host, known.Username, known.Password = u.String(), u.Hostname(), c.Username, c.Password.Reveal()
		if known.Password != "" && known.Username == "" {
			b.fail(path+".password", "", "a password needs a username")
		}
	default:
		if c.Username != "" || !c.Password.IsZero() {
			b.warn(path, "", "username and password have no effect on a file")
		}
		known.File, known.Host = b.relative(path+".file", c.File), c.File
		text, err := read(known.File, calendar.MaxBytes)
		if err != nil {
			b.fail(path+".file", "", "the file %q %s", c.File, reason(err))
			return ""
		}
		known.Text = []byte(text)
	}
	sum := sha256.Sum256([]byte(known.URL + "\x00" + known.Username + "\x00" + known.File))
	known.ID = hex.EncodeToString(sum[:16])
	if other, ok := b.dir.Calendars[known.ID]; ok {
		known.Every = min(known.Every, other.Every)
	}
	b.dir.Calendars[known.ID] = known
	return known.ID
}

// webURL reads the address of a calendar. Its errors do not name it: it is a secret. webcal is what some programs write for
// https.
func webURL(link string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Scheme == "" {
		return nil, errors.New("what is under url is not one")
	}
	switch u.Scheme {
	case "http", "https":
	case "webcal", "webcals":
		u.Scheme = "https"
	default:
		return nil, errors.New("a calendar is fetched over http or https, and not otherwise")
	}
	if u.Hostname() == "" {
		return nil, errors.New("the url names no host")
	}
	u.Fragment = ""
	return u, nil
}

// relative is the path of a file that is named at a place of the configuration: relative to the file that names it.
func (b *builder) relative(path, name string) string {
	src := b.origin.tree.find(path).at.src
	if src == nil || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(src.name), name)
}
