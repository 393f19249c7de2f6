package coverage

import (
	"cmp"
	"slices"
	"time"
)

// Kind is what is wrong.
type Kind string

// The kinds of findings.
const (
	Gap          Kind = "gap"              // a policy reaches nobody and nothing
	ChannelOnly  Kind = "channel-only"     // a policy notifies channels, and pages nobody
	EmptyStep    Kind = "empty-step"       // a step means nobody, while another reaches somebody
	Unreachable  Kind = "unreachable-step" // a step means people of whom none can be reached
	Single       Kind = "single-person"    // every step of a policy ends at the same one person
	FewPeople    Kind = "few-people"       // a policy reaches fewer than its MinPeople
	EmailOnly    Kind = "email-only"       // a step of an urgent policy reaches people by e-mail alone
	DoubleBooked Kind = "double-booked"    // somebody is on call for two steps of a policy at once
	NobodyOnCall Kind = "nobody-on-call"   // a schedule has nobody
	NoChannel    Kind = "no-channel"       // somebody on call cannot be reached at all
	NoPhone      Kind = "no-phone"         // somebody on call can be neither called nor sent an SMS
	Unverified   Kind = "unverified"       // somebody on call has no channel that was seen to work
	RotationEnds Kind = "rotation-ends"    // a rotation ends or runs out of people
	Uncovered    Kind = "away-uncovered"   // somebody on call is away
)

// Severity is how bad it is.
type Severity string

// The severities. Off leaves findings of a kind out.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
	Off     Severity = "off"
)

// Default returns the severity of a kind where a plan does not say another.
func (k Kind) Default() Severity {
	switch k {
	case Gap, Unreachable, EmailOnly, NoChannel, Uncovered:
		return Error
	case NobodyOnCall:
		return Info
	case Unverified: // who wants it known has people verify their ways first
		return Off
	default:
		return Warning
	}
}

// Kinds lists all kinds, the gravest first.
var Kinds = [...]Kind{
	Gap, Unreachable, NoChannel, Uncovered, EmailOnly, ChannelOnly, EmptyStep, Single, FewPeople, DoubleBooked, NoPhone, Unverified,
	RotationEnds, NobodyOnCall,
}

// Finding is one thing that is wrong, with all the times at which it is.
type Finding struct {
	Kind     Kind
	Severity Severity
	Policy   string // of those that follow, what it is about; the others are empty
	Step     int    // of the policy, from 1
	Schedule string
	Rotation string
	User     string
	Why      string
	Spans    []Span // ascending, apart
	Waiver   *Waiver
}

// Span is a time, To excluded. For policies it is when alerts would come in. Of an ending it is from then until the end of
// the time looked at.
type Span struct{ From, To time.Time }

// Total is how long it lasts altogether.
func (f Finding) Total() (total time.Duration) {
	for _, s := range f.Spans {
		total += s.To.Sub(s.From)
	}
	return total
}

// about is what makes two findings one.
type about struct {
	kind                             Kind
	policy, schedule, rotation, user string
	step                             int
	why                              string
}

// book collects findings.
type book struct {
	spans map[about][]period
}

// period is a time in Unix seconds.
type period struct{ from, to int64 }

// note adds a time to a finding, joining it to the last one where they touch.
func (b *book) note(a about, from, to int64) {
	spans := b.spans[a]
	if n := len(spans); n > 0 && spans[n-1].to >= from {
		spans[n-1].to = max(spans[n-1].to, to)
		return
	}
	b.spans[a] = append(spans, period{from, to})
}

// findings returns what was noted: the worst first, then by kind, by what it is about, and by time.
func (b *book) findings(plan Plan) []Finding {
	var out []Finding
	for a, spans := range b.spans {
		severity, set := plan.Severities[a.kind]
		if !set {
			severity = a.kind.Default()
		}
		if severity == Off {
			continue
		}
		f := Finding{Kind: a.kind, Severity: severity, Policy: a.policy, Step: a.step, Schedule: a.schedule, Rotation: a.rotation, User: a.user, Why: a.why}
		for _, p := range spans {
			f.Spans = append(f.Spans, Span{time.Unix(p.from, 0).UTC(), time.Unix(p.to, 0).UTC()})
		}
		out = append(out, f)
	}
	slices.SortFunc(out, compare)
	return out
}

func compare(a, b Finding) int {
	ranks := []Severity{Error, Warning, Info}
	return cmp.Or(
		cmp.Compare(slices.Index(ranks, a.Severity), slices.Index(ranks, b.Severity)),
		cmp.Compare(slices.Index(Kinds[:], a.Kind), slices.Index(Kinds[:], b.Kind)),
		cmp.Compare(a.Policy, b.Policy), cmp.Compare(a.Step, b.Step), cmp.Compare(a.Schedule, b.Schedule),
		cmp.Compare(a.Rotation, b.Rotation), cmp.Compare(a.User, b.User),
		a.Spans[0].From.Compare(b.Spans[0].From), cmp.Compare(a.Why, b.Why),
	)
}
