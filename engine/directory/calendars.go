package directory

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// Calendar is where a calendar is that others keep. It has a URL or a File.
type Calendar struct {
	ID       string // tells calendars apart; the same for the same place, whoever uses it
	Host     string // where it is, as people may be told: a URL's host, or the file
	URL      string // secret
	Username string
	Password string // secret
	File     string // path
	Text     []byte // what the file held when the configuration was loaded
	Every    time.Duration
}

// Imported is a schedule with rotations whose turns are in calendars. As long as nothing is known of a calendar, its rotation
// has nobody: so the Directory has it.
type Imported struct {
	Spec      schedules.Spec // with empty calendars
	Calendars map[int]string // which calendar each such rotation has, by its index
}

// Open says that a target means whomever a calendar names: that may be any user, and is not known from the configuration.
func (d *Directory) Open(t policy.Target) bool {
	switch t.Kind {
	case policy.Schedule, policy.Next, policy.Previous, policy.Rotation:
		_, imported := d.Imported[t.Name]
		return imported
	}
	return false
}
