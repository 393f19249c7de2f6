package suite

import (
	"cmp"
	"errors"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/maintenance"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// maintenance takes in a maintenance of a test, by the rules for those that are made at run time.
func (c *checker) maintenance(path string, i int, m Maintenance, s *rehearsal.Script) {
	if s.Start.IsZero() {
		return // it is reported
	}
	wish := maintenance.Wish{
		Match: maintenance.Match{When: string(m.When), Service: m.Service, Team: m.Team, Integration: m.Integration, Labels: m.Labels},
		From:  m.From, Until: m.Until, For: time.Duration(m.For), Reason: cmp.Or(m.Reason, "a test"),
	}
	if m.Until == "" && m.For == 0 {
		wish.Until = s.Start.Add(s.Until + time.Minute).Format(time.RFC3339)
	}
	made, err := maintenance.New(store.NewID(store.KindMaintenance, incident.Shard), uint64(i+1), wish, directory.Env{Now: s.Start, Dir: c.dir})
	var in directory.Maintenance
	if err == nil {
		in, err = made.In(c.dir)
	}
	var refused *maintenance.Refused
	switch {
	case errors.As(err, &refused):
		if refused.Field != "" {
			path += "." + refused.Field
		}
		c.fail(path, refused.Hint, "%s", refused.Reason)
	case err != nil:
		c.fail(path, "", "%v", err)
	default:
		s.Maintenance = append(s.Maintenance, in)
	}
}
