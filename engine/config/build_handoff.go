package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// mostLead is how long before their shift people can be told.
const mostLead = Duration(week)

// handoff checks what a schedule says of telling people.
func (b *builder) handoff(path string, s Schedule, edition string) {
	h := s.Handoff
	if h == nil {
		return
	}
	if h.Lead > mostLead {
		b.fail(path+".lead", "", "lead is %s at most", mostLead)
	}
	for i, v := range h.Via {
		b.via(fmt.Sprintf("%s.via[%d]", path, i), v)
	}
	notify := h.Notify
	if len(notify) == 0 {
		notify = []HandoffNotice{"on", "off"}
	}
	settings := directory.Handoff{
		On: slices.Contains(notify, "on"), Off: slices.Contains(notify, "off"), Via: texts(h.Via), Lead: time.Duration(h.Lead),
		Edition: edition,
	}
	if h.Quiet != nil {
		if h.Quiet.From == h.Quiet.To {
			b.fail(path+".quiet.to", "leave handoff out to tell nobody", "quiet ends when it begins")
		}
		settings.QuietFrom, settings.QuietTo = string(h.Quiet.From), string(h.Quiet.To)
	}
	if h.Lead > 0 && !settings.On {
		settings.Lead = 0
		b.warn(path+".lead", "", "lead has no effect without on in notify")
	}
	b.dir.Handoffs[string(s.Name)] = settings
}

// edition names all in the configuration that decides who is on call: the schedule, the calendars of its rotations by
// their index, and the users, for an override of anybody else does not count.
func edition(spec schedules.Spec, calendars map[int]string, users []string) string {
	text, err := json.Marshal(struct {
		Spec      schedules.Spec
		Calendars map[int]string
		Users     []string
	}{spec, calendars, users})
	if err != nil { // it holds nothing that cannot be written
		text = []byte(err.Error())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
