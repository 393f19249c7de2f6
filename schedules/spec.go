package schedules

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
	Zone      string // IANA name, such as America/New_York; empty is UTC
	Combine   string // Union (or empty) or Layers
	Rotations []RotationSpec
	Overrides []OverrideSpec
}

// RotationSpec is a list of participants who take turns.
//
// Starts and Ends are times as ParseTime reads them. The rotation has nobody on call before Starts and from
// Ends on. Starts anchors the turns, so it is required when there is Every or RRule.
//
// Every is the length of a turn: Nh, Nd or Nw. Days, weeks, and hours that divide a day (1, 2, 3, 4, 6, 8,
// 12, 24) are wall clock; other hours are elapsed time.
//
// RRule is an RFC 5545 recurrence rule, such as "FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=9;BYMINUTE=0", whose
// occurrences after Starts are the hand-offs. After the last one, where COUNT or UNTIL sets one, the last
// turn goes on until Ends. UNTIL as a date includes that day.
//
// Without Every and RRule there must be one turn, which never ends.
type RotationSpec struct {
	Name         string // empty: rotation-1, rotation-2, … by position
	Starts, Ends string
	Every        string
	RRule        string
	Participants [][]string // each turn is a group of users, or Nobody alone
	StartAt      int        // position in Participants of the first turn; 0 is the first
	Restrict     []RestrictionSpec
}

// RestrictionSpec is a part of the week. A rotation with restrictions is on call only in any of them;
// turns go on changing hands outside.
type RestrictionSpec struct {
	Days     []string // mon … sun; none is every day
	From, To string   // "09:00"; To up to "24:00". To before From is on the next day; both empty is the whole day
}

// OverrideSpec puts User on call from From until To instead of whoever would be.
type OverrideSpec struct {
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
