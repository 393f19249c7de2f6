package schedules

import "time"

// Nobody as the only participant of a turn is a deliberate gap. As the user of an override it
// takes people off call without a substitute.
const Nobody = "nobody"

// Ways to combine rotations, for Spec.Combine.
const (
	Union  = "union"  // everybody whom any rotation has on call; the default
	Layers = "layers" // the last listed rotation that has anybody on call hides those before it
)

// Spec is a schedule as a configuration says it.
type Spec struct {
	Name      string
	Zone      string         // IANA name, such as America/New_York; empty is UTC
	Location  *time.Location // the same where the caller has it loaded, and then Zone does not matter; schedules can share it
	Combine   string         // Union (or empty) or Layers
	Rotations []RotationSpec
	Overrides []OverrideSpec
}

// RotationSpec is a list of participants who take turns.
//
// Starts and Ends are times as ParseTime reads them. The rotation has nobody on call before Starts and from
// Ends on. Starts anchors the turns, so it is required when there is Every, RRule or Shift.
//
// Every is the length of a turn: Nh, Nd, Nw or Nmo. Days, weeks, months, and hours that divide a day (1, 2, 3, 4,
// 6, 8, 12, 24) are wall clock; other hours are elapsed time. Months hand over on the day of the month of
// Starts, and on the last day of months that are too short for it.
//
// RRule is an RFC 5545 recurrence rule, such as "FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=9;BYMINUTE=0", whose
// occurrences after Starts are the hand-offs. After the last one, where COUNT or UNTIL sets one, the last
// turn goes on until Ends. UNTIL as a date includes that day.
//
// Shift is a pattern of days that each participant works through, such as "2 on, 4 off" or "2 days, 2 nights, 4
// off". Days begin at the time of day of Starts. The first participant begins the pattern at Starts, each other
// one Stagger days after the one listed before; those whose day it is are on call together.
//
// Without Every, RRule and Shift there must be one turn, which never ends. A rotation with a Calendar has none of
// these, and no participants either.
type RotationSpec struct {
	Name         string // empty: rotation-1, rotation-2, … by position
	Starts, Ends string
	Every        string
	RRule        string
	Shift        string
	Night        string     // with days and nights in Shift: when the night half begins, such as "19:00"
	Stagger      int        // with Shift, in days; 0: the pattern's length divided by the number of participants
	Participants [][]string // each turn is a group of users, or Nobody alone
	StartAt      int        // position in Participants of the first turn; 0 is the first
	Members      []MemberSpec
	Skip         []string // mon … sun: days that begin then (at the time of Starts) use up no turn and have nobody
	Restrict     []RestrictionSpec
	Calendar     *CalendarSpec
}

// MemberSpec says from when until when a participant takes part, as ParseTime reads it; empty is without
// beginning or end. Several for one user are periods that add up; a user without any always takes part.
//
// Whoever joins or leaves does not disturb the order of the others: the turn under way stays with whoever has it, and
// after it comes the next one listed who takes part. The turn of somebody who leaves during it is finished by that
// next one. In a Shift pattern everybody else keeps their days, and those of an absent one have one person less.
type MemberSpec struct {
	User        string
	From, Until string
}

// CalendarSpec is a rotation's turns one by one, such as those of an imported calendar. It may be empty.
type CalendarSpec struct {
	Turns []CalendarTurn
}

// CalendarTurn puts User on call from From until Until. Those whose turns overlap are on call together.
type CalendarTurn struct {
	User        string
	From, Until time.Time
}

// RestrictionSpec is a part of the week. A rotation with restrictions is on call only in any of them;
// turns go on changing hands outside.
type RestrictionSpec struct {
	Days     []string // mon … sun; none is every day
	From, To string   // "09:00"; To up to "24:00". To before From is on the next day; both empty is the whole day
}

// OverrideSpec puts User on call from From until To instead of whoever would be.
type OverrideSpec struct {
	ID       string // for people and programs; no effect
	User     string // Nobody: no substitute
	From, To string // as ParseTime reads them
	Replace  string // only this person is replaced, and only while on call; empty: everybody, and User also fills gaps
	Rotation string // only in this rotation; empty: in all
	Reason   string // for people; no effect
	By       string // who made it; no effect
}

// Problem is one thing wrong with a Spec.
type Problem struct {
	Path    string // in the words of a configuration: timezone, rotations[0].start_at, rotations[0].restrict[1].from
	Message string
}

// Error returns the path and the message.
func (p Problem) Error() string {
	return p.Path + ": " + p.Message
}
