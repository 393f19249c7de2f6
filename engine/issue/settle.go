package issue

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
)

// Facts are what a tracker says of an issue. In the result of a task each is under the key by which it was asked for;
// under NewKey where the task created it.
type Facts struct {
	Key      string   `json:"key,omitempty"` // as it is now: an issue may have moved
	URL      string   `json:"url,omitempty"`
	Summary  string   `json:"summary,omitempty"`
	State    string   `json:"state,omitempty"`
	Category Category `json:"category,omitempty"`
	Assignee string   `json:"assignee,omitempty"`
	Missing  bool     `json:"missing,omitempty"`
	// Trouble is what could not be done for it, while the rest could; without a State, it could not be read.
	Trouble string `json:"trouble,omitempty"`
}

// NewKey is what the facts of a created issue are under.
const NewKey = ""

// Results writes facts as the result of a task.
func Results(facts map[string]Facts) (map[string]string, error) {
	out := make(map[string]string, len(facts))
	for key, f := range facts {
		text, err := json.Marshal(f)
		if err != nil {
			return nil, err
		}
		out[key] = string(text)
	}
	return out, nil
}

// News is what became of an issue.
type News struct {
	Issue  Issue
	Text   string
	Failed bool // something could not be done, for good
}

// Settle takes what came of a task, and says what is new. It reports false when the outcome is not of the current claim.
func (b *Book) Settle(p *page.Page, o page.Outcome, now time.Time) (news []News, ok bool) {
	if !p.Settle(o, now) {
		return nil, false
	}
	if p.Waiting() {
		return b.delayed(p), true
	}
	task := *p.Task
	p.Task = &page.Task{Do: task.Do} // what it was done with is not needed any more, and may be long
	if task.Do == Read {
		return b.settleRead(p, strings.Fields(task.Args[ArgKeys]), o, now), true
	}
	k := slices.IndexFunc(b.List, func(i Issue) bool { return i.Page == p.N })
	if k < 0 {
		return late(p, task, o), true
	}
	i := &b.List[k]
	if p.Status == page.Failed {
		i.Error = o.Error
		what := "could not be linked"
		if task.Do == Create {
			what = "could not be created"
		}
		return []News{{*i, fmt.Sprintf("%s %s: %s", i.Name(), what, o.Error), true}}, true
	}
	if task.Do == Attach {
		i.Attached = true
		if text := b.read(i, o.Result[task.Args[ArgKey]], now); text != "" {
			news = append(news, News{*i, text, false})
		}
		return news, true
	}
	var f Facts
	if err := json.Unmarshal([]byte(o.Result[NewKey]), &f); err != nil || f.Key == "" {
		i.Error = i.Tracker + " did not say which issue it made"
		return []News{{*i, i.Error, true}}, true
	}
	i.Key, i.URL, i.New = f.Key, f.URL, nil
	return []News{{*i, fmt.Sprintf("%s is created: %s", i.Key, i.URL), false}}, true
}

// complain is after how many refusals people are told that an issue waits, some minutes after the first.
const complain = 6

func (b *Book) delayed(p *page.Page) []News {
	k := slices.IndexFunc(b.List, func(i Issue) bool { return i.Page == p.N })
	if k < 0 || p.Failures != complain {
		return nil
	}
	what := "linked"
	if p.Task.Do == Create {
		what = "created"
	}
	return []News{{b.List[k], fmt.Sprintf("%s could not be %s yet; it is tried again for a week: %s", b.List[k].Name(), what, p.Error), true}}
}

// late is what came of a task for an issue that was unlinked while it was under way.
func late(p *page.Page, task page.Task, o page.Outcome) []News {
	var f Facts
	if task.Do != Create || p.Status == page.Failed || json.Unmarshal([]byte(o.Result[NewKey]), &f) != nil || f.Key == "" {
		return nil
	}
	return []News{{Issue{Tracker: p.Via, Key: f.Key, URL: f.URL}, fmt.Sprintf("%s was created after all, too late to be called off: %s", f.Key, f.URL), false}}
}

// settleRead takes what was read of many. That they could not be read is said once, not every quarter of an hour.
func (b *Book) settleRead(p *page.Page, keys []string, o page.Outcome, now time.Time) (news []News) {
	said := false
	for k := range b.List {
		i := &b.List[k]
		if i.Tracker != p.Via || !slices.Contains(keys, i.Key) {
			continue
		}
		if p.Status == page.Failed {
			if i.Stale != o.Error && !said {
				said = true
				news = append(news, News{*i, fmt.Sprintf("the issues in %s could not be refreshed: %s", p.Via, o.Error), true})
			}
			i.Stale = o.Error
			continue
		}
		if text := b.read(i, o.Result[i.Key], now); text != "" {
			news = append(news, News{*i, text, false})
		}
	}
	return news
}

// read takes what a tracker says of an issue, and says what changed of its state; "" for nothing.
func (b *Book) read(i *Issue, text string, now time.Time) (news string) {
	var f Facts
	if text == "" || json.Unmarshal([]byte(text), &f) != nil {
		return ""
	}
	was := *i
	if i.Stale = f.Trouble; f.Trouble != "" && f.State == "" && !f.Missing {
		if f.Trouble == was.Stale {
			return ""
		}
		return fmt.Sprintf("%s: %s", i.Key, f.Trouble)
	}
	i.ReadAt = now
	if f.Missing {
		i.Missing = true
		if was.Missing {
			return ""
		}
		return fmt.Sprintf("%s is not there any more, or is not shown to Tocsin", i.Key)
	}
	i.Missing, i.State, i.Category, i.Assignee = false, clip(f.State), f.Category, clip(f.Assignee)
	if f.Summary != "" {
		i.Summary = shorten(oneLine(f.Summary))
	}
	if f.Key != "" && f.Key != i.Key {
		i.Key = f.Key
		news = fmt.Sprintf("%s moved to %s", was.Key, f.Key)
	}
	if f.URL != "" && isAddress(f.URL) {
		i.URL = f.URL
	}
	switch {
	case was.State == i.State && was.Category == i.Category:
	case was.State == "" && i.Category != Done: // the first word about it is no change
	case news != "":
		news += ", and is " + i.State
	default:
		news = fmt.Sprintf("%s is %s", i.Key, i.words())
		if was.State != "" {
			news += ", after " + was.State
		}
	}
	if f.Trouble != "" && f.Trouble != was.Stale {
		if news != "" {
			news += "; "
		}
		news += fmt.Sprintf("%s: %s", i.Key, f.Trouble)
	}
	return news
}

// words say how far it is: done where that is not what its tracker calls it, too.
func (i *Issue) words() string {
	if i.Category == Done && !strings.EqualFold(i.State, "done") {
		return i.State + " (done)"
	}
	return i.State
}
