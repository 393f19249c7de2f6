package record

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tocsin-oncall/tocsin/engine/aggregate"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/attachment"
	"github.com/tocsin-oncall/tocsin/engine/calendar"
	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/contact"
	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/engine/digest"
	"github.com/tocsin-oncall/tocsin/engine/feed"
	"github.com/tocsin-oncall/tocsin/engine/handoff"
	"github.com/tocsin-oncall/tocsin/engine/heartbeat"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/maintenance"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/subscriber"
	"github.com/tocsin-oncall/tocsin/engine/throttle"
	"github.com/tocsin-oncall/tocsin/engine/trail"
)

// ErrNewer says that a record was written by a newer version of this program. Nothing may be made of it; in
// the store it stays as it is.
var ErrNewer = errors.New("written by a newer version of tocsin")

// kind is how the records of a kind are read.
type kind struct {
	blank    func() Record
	formatOf func(Record) int
	format   int       // what this version writes
	upgrades []upgrade // the first makes format 2 of 1, and so on
}

// kindOf knows every kind of record.
func kindOf(id store.ID) (kind, bool) {
	switch id.Kind() {
	case store.KindAlert:
		return kind{func() Record { return &alert.State{} }, func(r Record) int { return r.(*alert.State).Format },
			alert.Format, alertUpgrades}, true
	case store.KindIncident:
		return kind{func() Record { return &incident.State{} }, func(r Record) int { return r.(*incident.State).Format },
			incident.Format, incidentUpgrades}, true
	case store.KindPostmortem:
		return kind{func() Record { return &postmortem.State{} }, func(r Record) int { return r.(*postmortem.State).Format },
			postmortem.Format, postmortemUpgrades}, true
	case store.KindHeartbeat:
		return kind{func() Record { return &heartbeat.State{} }, func(r Record) int { return r.(*heartbeat.State).Format },
			heartbeat.Format, heartbeatUpgrades}, true
	case store.KindCanary:
		return kind{func() Record { return &canary.State{} }, func(r Record) int { return r.(*canary.State).Format },
			canary.Format, canaryUpgrades}, true
	case store.KindOverride:
		return kind{func() Record { return &override.State{} }, func(r Record) int { return r.(*override.State).Format },
			override.Format, overrideUpgrades}, true
	case store.KindAbsence:
		return kind{func() Record { return &override.Absence{} }, func(r Record) int { return r.(*override.Absence).Format },
			override.Format, absenceUpgrades}, true
	case store.KindSwap:
		return kind{func() Record { return &override.Swap{} }, func(r Record) int { return r.(*override.Swap).Format },
			override.Format, swapUpgrades}, true
	case store.KindCalendar:
		return kind{func() Record { return &calendar.State{} }, func(r Record) int { return r.(*calendar.State).Format },
			calendar.Format, calendarUpgrades}, true
	case store.KindText:
		return kind{func() Record { return &calendar.Text{} }, func(r Record) int { return r.(*calendar.Text).Format },
			calendar.Format, textUpgrades}, true
	case store.KindThrottle:
		return kind{func() Record { return &throttle.State{} }, func(r Record) int { return r.(*throttle.State).Format },
			throttle.Format, throttleUpgrades}, true
	case store.KindDigest:
		return kind{func() Record { return &digest.State{} }, func(r Record) int { return r.(*digest.State).Format },
			digest.Format, digestUpgrades}, true
	case store.KindContact:
		return kind{func() Record { return &contact.State{} }, func(r Record) int { return r.(*contact.State).Format },
			contact.Format, contactUpgrades}, true
	case store.KindFeed:
		return kind{func() Record { return &feed.State{} }, func(r Record) int { return r.(*feed.State).Format },
			feed.Format, feedUpgrades}, true
	case store.KindEntry:
		return kind{func() Record { return &trail.Entry{} }, func(r Record) int { return r.(*trail.Entry).Format },
			trail.Format, entryUpgrades}, true
	case store.KindHandoff:
		return kind{func() Record { return &handoff.State{} }, func(r Record) int { return r.(*handoff.State).Format },
			handoff.Format, handoffUpgrades}, true
	case store.KindMaintenance:
		return kind{func() Record { return &maintenance.State{} }, func(r Record) int { return r.(*maintenance.State).Format },
			maintenance.Format, maintenanceUpgrades}, true
	case store.KindAttachment:
		return kind{func() Record { return &attachment.State{} }, func(r Record) int { return r.(*attachment.State).Format },
			attachment.Format, attachmentUpgrades}, true
	case store.KindDeployment:
		return kind{func() Record { return &deployment.State{} }, func(r Record) int { return r.(*deployment.State).Format },
			deployment.Format, deploymentUpgrades}, true
	case store.KindAggregate:
		return kind{func() Record { return &aggregate.State{} }, func(r Record) int { return r.(*aggregate.State).Format },
			aggregate.Format, aggregateUpgrades}, true
	case store.KindSubscriber:
		return kind{func() Record { return &subscriber.State{} }, func(r Record) int { return r.(*subscriber.State).Format },
			subscriber.Format, subscriberUpgrades}, true
	}
	return kind{}, false
}

// Decode reads a record of any format up to this version's, and makes this version's of it. The next commit
// writes it so. It gives ErrNewer for what only a newer version knows.
func Decode(r store.Record) (Record, error) {
	k, ok := kindOf(r.ID)
	if !ok {
		return nil, fmt.Errorf("record %s is of an unknown kind: %w; use that version", r.ID, ErrNewer)
	}
	rec := k.blank()
	err := json.Unmarshal(r.Data, rec)
	if err == nil && k.formatOf(rec) == k.format {
		return rec, nil
	}
	data, err := upgraded(r.Data, k.format, k.upgrades)
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", r.ID, err)
	}
	rec = k.blank()
	if err := json.Unmarshal(data, rec); err != nil {
		return nil, fmt.Errorf("record %s cannot be read: %w", r.ID, err)
	}
	return rec, nil
}
