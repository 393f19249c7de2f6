package issue

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Book is the issues of one record. Its zero value has none.
type Book struct {
	List      []Issue   `json:"list,omitempty"`
	Made      int       `json:"made,omitempty"`      // how many there ever were; the N of the latest
	RefreshAt time.Time `json:"refresh_at,omitzero"` // when trackers are asked next
}

// Owner is the record that a book belongs to.
type Owner struct {
	ID    store.ID
	Name  string // INC-7
	Title string
	Live  bool // it is not over: states are refreshed
}

// What tasks do, as page.Task.Do.
const (
	Create = "create" // makes an issue, unless an attempt before did
	Attach = "attach" // has the issue show where it comes from, and reads it
	Read   = "read"   // reads several issues
)

// The arguments of tasks.
const (
	ArgKey         = "key"         // attach: which issue
	ArgKeys        = "keys"        // read: which issues, with spaces between them
	ArgProject     = "project"     // create, as those that follow
	ArgType        = "type"        //
	ArgSummary     = "summary"     //
	ArgDescription = "description" //
	ArgMarker      = "marker"      // create, attach: what is written with it, so that it is found again
	ArgSince       = "since"       // create, attach: it was not made before that, RFC 3339
	ArgRelation    = "relation"    // attach: how the issue stands to the record
	ArgOwner       = "owner"       // create, attach: INC-7
	ArgTitle       = "title"       // create, attach: of the record
)

// batch is how many issues one task reads.
const batch = 100

// Tracks reports whether a page is a task for a tracker.
func Tracks(p *page.Page) bool {
	return p.Kind == page.Work && (p.Via == Jira || p.Via == GitHub)
}

// Issue returns issue n, or nil.
func (b *Book) Issue(n int) *Issue {
	if i := slices.IndexFunc(b.List, func(i Issue) bool { return i.N == n }); i >= 0 {
		return &b.List[i]
	}
	return nil
}

// Of returns the issue of an action item, or nil.
func (b *Book) Of(action int) *Issue {
	if i := slices.IndexFunc(b.List, func(i Issue) bool { return action != 0 && i.Action == action }); i >= 0 {
		return &b.List[i]
	}
	return nil
}

// Count is how many issues stand in a relation.
func (b *Book) Count(r Relation) (n int) {
	for i := range b.List {
		if b.List[i].Relation == r {
			n++
		}
	}
	return n
}

// Remove unlinks an issue. It stays in its tracker; one that is not created yet will not be.
func (b *Book) Remove(n int, out *page.Batch) (removed Issue, err error) {
	i := b.Issue(n)
	if i == nil {
		return Issue{}, refused("There is no linked issue %d.", n)
	}
	removed = *i
	if p := out.Page(i.Page); p != nil {
		p.Cancel()
	}
	b.List = slices.DeleteFunc(b.List, func(o Issue) bool { return o.N == n })
	return removed, nil
}

// Refresh asks the trackers as soon as possible, and tries again what had failed for good.
func (b *Book) Refresh(out *page.Batch, now time.Time) {
	for i := range b.List {
		b.List[i].Error = ""
	}
	for i := range out.Pages {
		if p := &out.Pages[i]; Tracks(p) && p.Status == page.Pending && p.DueAt.After(now) {
			p.Defer(now)
		}
	}
	b.RefreshAt = now
}

// Plan puts in the tasks that are wanted: an issue's own one after the other, and the reading of all that are linked
// when its time has come. No second one is put in while the first still waits for its tracker.
func (b *Book) Plan(o Owner, out *page.Batch, env directory.Env) {
	out.Pages = slices.DeleteFunc(out.Pages, func(p page.Page) bool { return Tracks(&p) && !p.Waiting() }) // there would be ever more
	for k := range b.List {
		i := &b.List[k]
		if i.Tracker == Link || i.Error != "" || i.New == nil && i.Attached {
			continue
		}
		if p := out.Page(i.Page); p != nil && p.Waiting() {
			continue
		}
		out.Add(page.Page{Kind: page.Work, Via: i.Tracker, DueAt: env.Now, Task: i.task(o)})
		i.Page = out.Paged
	}
	b.refresh(o, out, env)
}

// task is the next thing to do for an issue.
func (i *Issue) task(o Owner) *page.Task {
	args := map[string]string{
		ArgMarker: marker(o, i.N), ArgSince: i.At.Add(-since).UTC().Format(time.RFC3339), ArgOwner: o.Name, ArgTitle: o.Title,
	}
	if i.New != nil {
		args[ArgProject], args[ArgType], args[ArgSummary], args[ArgDescription] = i.New.Project, i.New.Type, i.New.Summary, i.New.Description
		return &page.Task{Do: Create, Args: args}
	}
	args[ArgKey], args[ArgRelation] = i.Key, i.Relation.Seen()
	return &page.Task{Do: Attach, Args: args}
}

// marker tells an issue from all others, of other installations too; it is a word.
func marker(o Owner, n int) string {
	sum := sha256.Sum256([]byte(o.ID))
	return fmt.Sprintf("tocsin-%s-%d-%s", strings.ToLower(o.Name), n, hex.EncodeToString(sum[:4]))
}

func (b *Book) refresh(o Owner, out *page.Batch, env directory.Env) {
	keys := b.tracked(env)
	switch {
	case len(keys) == 0, !o.Live && !b.RefreshAt.Equal(env.Now): // of a record that is over, only when somebody asks
		b.RefreshAt = time.Time{}
		return
	case b.RefreshAt.IsZero():
		b.RefreshAt = env.Now.Add(env.Dir.IssueRefresh)
		return
	case b.RefreshAt.After(env.Now):
		return
	}
	for _, tracker := range [...]string{Jira, GitHub} {
		if slices.ContainsFunc(out.Pages, func(p page.Page) bool {
			return Tracks(&p) && p.Via == tracker && p.Waiting() && p.Task != nil && p.Task.Do == Read
		}) {
			continue
		}
		for part := range slices.Chunk(keys[tracker], batch) {
			out.Add(page.Page{Kind: page.Work, Via: tracker, DueAt: env.Now,
				Task: &page.Task{Do: Read, Args: map[string]string{ArgKeys: strings.Join(part, " ")}}})
		}
	}
	b.RefreshAt = time.Time{}
	if o.Live {
		b.RefreshAt = env.Now.Add(env.Dir.IssueRefresh)
	}
}

// tracked are the keys to be read, by tracker.
func (b *Book) tracked(env directory.Env) map[string][]string {
	keys := map[string][]string{}
	for k := range b.List {
		i := &b.List[k]
		if _, ok := env.Dir.Trackers[i.Tracker]; ok && i.tracked() && !slices.Contains(keys[i.Tracker], i.Key) {
			keys[i.Tracker] = append(keys[i.Tracker], i.Key)
		}
	}
	return keys
}
