package directory

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// Monday, and ethan's day; amir comes next.
var monday = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

func team() *Directory {
	primary, problems := schedules.New(schedules.Spec{
		Name: "primary",
		Rotations: []schedules.RotationSpec{{
			Name: "daily", Starts: "2026-03-09T09:00", Every: "1d",
			Participants: [][]string{{"ethan"}, {"amir"}, {"darren"}},
		}},
		Overrides: []schedules.OverrideSpec{{User: "jason", From: "2026-03-20T00:00", To: "2026-03-21T00:00"}},
	})
	if problems != nil {
		panic(problems)
	}
	return &Directory{
		Users: map[string]User{
			"ethan": {Name: "ethan", Email: "ethan@example.com", Phone: "+15550100"}, "amir": {Name: "amir"},
			"darren": {Name: "darren", Notify: &Plans{High: []Method{{Via: "email"}}}},
			"jason":  {Name: "jason", Email: "jason@example.com"},
		},
		Teams: map[string]Team{
			"ops":   {Name: "ops", Members: []Member{{User: "gone"}, {User: "ethan"}, {User: "amir"}, {User: "jason", Admin: true}}},
			"empty": {Name: "empty"},
			"left":  {Name: "left", Members: []Member{{User: "gone", Admin: true}}},
		},
		Schedules: map[string]*schedules.Schedule{"primary": primary},
		Channels:  map[string]Channel{"sre": {Name: "sre"}},
		DefaultNotify: Plans{
			High: []Method{{Via: "email"}, {Via: "sms", After: time.Minute}, {Via: "slack"}}, Low: []Method{{Via: "email"}},
		},
		HighUrgency: []string{"P1", "P2"},
		Vias:        map[string]bool{"email": true, "sms": true},
	}
}

func targets(t *testing.T, texts string) []policy.Target {
	t.Helper()
	var list []policy.Target
	for text := range strings.FieldsSeq(texts) {
		target, err := policy.ParseTarget(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, target)
	}
	return list
}

func TestTargetsMeanWhoTheyMeanNow(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		targets         string
		users, channels []string
		missing         []string
	}{
		{targets: "user:amir", users: []string{"amir"}},
		{targets: "team:ops", users: []string{"ethan", "amir", "jason"}},
		{targets: "admins:ops", users: []string{"jason"}},
		{targets: "random:ops", users: []string{"jason"}}, // pick takes the last
		{targets: "schedule:primary", users: []string{"ethan"}},
		{targets: "next:primary", users: []string{"amir"}},
		{targets: "previous:primary", users: []string{"darren"}},
		{targets: "rotation:primary", users: []string{"amir", "darren", "ethan"}},
		{targets: "channel:sre", channels: []string{"sre"}},
		{targets: "schedule:primary team:ops user:ethan channel:sre channel:sre", users: []string{"ethan", "amir", "jason"}, channels: []string{"sre"}},
		{
			targets: "user:gone team:gone schedule:gone channel:gone team:empty team:left admins:left random:empty user:amir",
			users:   []string{"amir"},
			missing: []string{
				"user:gone gives nobody: there is no such user", "team:gone gives nobody: there is no such team",
				"schedule:gone gives nobody: there is no such schedule", "channel:gone gives nobody: there is no such channel",
				"team:empty gives nobody: the team has no members", "team:left gives nobody: the team has no members",
				"admins:left gives nobody: the team has no admins", "random:empty gives nobody: the team has no members",
			},
		},
	} {
		got := team().Resolve(targets(t, test.targets), monday, func(n int) int { return n - 1 })
		if diff := cmp.Diff(Resolution{test.users, test.channels, test.missing}, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.targets, diff)
		}
	}
}

// A reload may take somebody out who is still on call by the schedule of an alert's step.
func TestPeopleWhoLeftAreMissing(t *testing.T) {
	t.Parallel()
	d := team()
	delete(d.Users, "ethan")
	got := d.Resolve(targets(t, "schedule:primary"), monday, nil)
	want := Resolution{Missing: []string{"schedule:primary gives nobody: the people it means are not in the configuration any more"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
}

func TestBeforeAScheduleBeginsNobodyIsOnCall(t *testing.T) {
	t.Parallel()
	got := team().Resolve(targets(t, "schedule:primary"), monday.AddDate(-1, 0, 0), nil)
	want := Resolution{Missing: []string{"schedule:primary gives nobody: nobody is on call"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
}

func TestWaysWithoutAddressOrProviderReachNobody(t *testing.T) {
	t.Parallel()
	d := team()
	for _, test := range []struct {
		user, priority string
		want           []Method
	}{
		{"ethan", "P1", []Method{{Via: "email"}, {Via: "sms", After: time.Minute}}}, // there is no Slack
		{"ethan", "P3", []Method{{Via: "email"}}},
		{"jason", "P2", []Method{{Via: "email"}}}, // has no phone
		{"amir", "P1", nil},
		{"gone", "P1", nil},
	} {
		if diff := cmp.Diff(test.want, d.Reach(test.user, test.priority)); diff != "" {
			t.Errorf("%s for %s (-want +got)\n%s", test.user, test.priority, diff)
		}
	}
	for user, want := range map[string]bool{"ethan": true, "amir": false, "darren": false, "gone": false} {
		if got := d.Reachable(user); got != want {
			t.Errorf("%s can be reached: %t", user, got)
		}
	}
}

func TestEveryoneIncludesThoseWhoAreOnlyOnCallSometimes(t *testing.T) {
	t.Parallel()
	users, channel := team().Everyone(targets(t, "schedule:primary admins:ops user:amir channel:sre team:gone"))
	if diff := cmp.Diff([]string{"amir", "darren", "ethan", "jason"}, users); diff != "" || !channel {
		t.Errorf("channel %t (-want +got)\n%s", channel, diff)
	}
	if _, channel := team().Everyone(targets(t, "channel:gone")); channel {
		t.Error("a channel that is gone counts")
	}
}

func TestATeamsFirstAdminAnswersForIt(t *testing.T) {
	t.Parallel()
	d := team()
	for team, want := range map[string]string{"ops": "jason", "empty": "", "left": "", "gone": ""} {
		if got := d.Owner(team); got != want {
			t.Errorf("%s is answered for by %q, want %q", team, got, want)
		}
	}
	d.Teams["ops"].Members[3].Admin = false
	if got := d.Owner("ops"); got != "ethan" {
		t.Errorf("without admins %q answers, want the first member who is still there", got)
	}
}

func TestARotationMeansWhoHasJoinedAndNotLeft(t *testing.T) {
	t.Parallel()
	s, problems := schedules.New(schedules.Spec{Name: "primary", Rotations: []schedules.RotationSpec{{
		Starts: "2026-03-02T09:00", Every: "1d", Participants: [][]string{{"ethan"}, {"amir"}, {"darren"}},
		Members: []schedules.MemberSpec{{User: "amir", From: "2026-04-01T00:00"}, {User: "darren", Until: "2026-03-05T00:00"}},
	}}})
	if problems != nil {
		t.Fatal(problems)
	}
	d := team()
	d.Schedules = map[string]*schedules.Schedule{"primary": s}
	got := d.Resolve([]policy.Target{{Kind: policy.Rotation, Name: "primary"}}, monday, nil)
	if diff := cmp.Diff([]string{"ethan"}, got.Users); diff != "" {
		t.Error(diff)
	}
}
