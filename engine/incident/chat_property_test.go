package incident

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Whatever happens to an incident and whatever Slack answers: one thing is done at a time, every entry of the timeline is
// told once and in order, and it comes to an end.
func TestWhateverSlackAnswersTheChannelIsToldEverythingOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		dir := chatty(func(c *directory.Chat) { c.ArchiveAfter = 2 * time.Hour })
		env := Env{Now: nine, Dir: dir}
		s := New(store.NewID(store.KindIncident, Shard), 1, Opening{Title: "Checkout fails", By: "ethan"}, env)
		channels, posted := 0, 0
		// answers lets Slack answer the task under way.
		answers := func(kind string) {
			p := s.Out.Page(s.Chat.Task)
			if p == nil || p.DueAt.After(env.Now) {
				return
			}
			p.Claim("r1", env.Now)
			o := page.Outcome{N: p.N, Fence: p.Attempts, Result: map[string]string{}}
			do := ChatTask(p.Task.Do)
			if do == ChatPost && kind == "done" {
				if after, _ := strconv.Atoi(p.Task.Args["after"]); after != posted {
					t.Fatalf("told after %d, and %d was told before", after, posted)
				}
				posted, _ = strconv.Atoi(p.Task.Args["up_to"])
			}
			switch {
			case kind == "away":
				o.Error = "HTTP 503"
			case kind == "refused":
				o.Permanent, o.Error = true, "missing_scope"
			case kind == "gone" && do != ChatCreate && do != ChatRevive:
				o.Result[ResultGone] = "somebody archived it"
			case do == ChatCreate, do == ChatRevive:
				channels++
				o.Result[ResultChannel], o.Result[ResultName] = "C"+strconv.Itoa(channels), "inc-1"
			case do == ChatSummary:
				o.Result[ResultTS] = "1." + strconv.Itoa(p.N)
			}
			s.Settled(o, env)
		}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			env.Now = env.Now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "minutes")) * time.Minute)
			if rapid.Bool().Draw(t, "slack") {
				answers(rapid.SampledFrom([]string{"done", "done", "done", "away", "refused", "gone"}).Draw(t, "answer"))
			} else if a, ok := draw(t).(Action); ok {
				if rapid.IntRange(0, 9).Draw(t, "channel") == 0 {
					a.Do = OpenChannel
				}
				_, _ = Apply(s, a, env) // a refusal changes nothing
			}
			if s.Status == Open && s.Chat.Status == ChatOpen && s.Chat.Task == 0 && s.hasNews() {
				t.Fatalf("there is news, and nothing is under way: %+v", s.Chat)
			}
			under := 0
			for _, p := range s.Out.Pages {
				if p.Via == viaSlack && p.Waiting() {
					under++
				}
			}
			if under > 1 || (under == 1) != (s.Chat.Task != 0) {
				t.Fatalf("%d tasks are under way: %+v", under, s.Chat)
			}
			if s.Announced != s.Noted {
				t.Fatalf("the channels know %d of %d entries", s.Announced, s.Noted)
			}
			posted = max(posted, s.Chat.Posted) // what is not for the channel counts as told
			s = decode(t, encode(t, s))
		}
		for n := 0; s.Chat.Task != 0; n++ {
			if n > 20 {
				t.Fatalf("there is no end to it: %+v", s.Chat)
			}
			env.Now = env.Now.Add(time.Hour)
			answers("done")
		}
	})
}
