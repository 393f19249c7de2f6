package search_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/search"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

var monday = time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)

// library is an index with the records that were put into it.
type library struct {
	*testing.T
	*search.Index
	docs map[store.ID]search.Doc
	name map[store.ID]string
}

func open(t *testing.T) *library {
	t.Helper()
	index, err := search.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := index.Close(); err != nil {
			t.Error(err)
		}
	})
	return &library{t, index, map[store.ID]search.Doc{}, map[store.ID]string{}}
}

func (l *library) put(name string, d search.Doc) store.ID {
	l.Helper()
	if err := l.Put(d); err != nil {
		l.Fatal(err)
	}
	l.docs[d.ID], l.name[d.ID] = d, name
	return d.ID
}

// incident takes in an incident of a day after monday.
func (l *library) incident(number uint64, day int, title string, set func(*incident.State)) store.ID {
	l.Helper()
	at := monday.AddDate(0, 0, day)
	s := &incident.State{ID: store.NewID(store.KindIncident, incident.Shard), Number: number, Status: incident.Closed, Title: title, Priority: "P2", OpenedAt: at}
	if set != nil {
		set(s)
	}
	return l.put(s.Name(), search.OfIncident(s, 1))
}

func (l *library) postmortem(number uint64, title string, set func(*postmortem.State)) store.ID {
	l.Helper()
	s := &postmortem.State{ID: store.NewID(store.KindPostmortem, incident.Shard), Number: number, Status: postmortem.Completed, Title: title, CreatedAt: monday}
	if set != nil {
		set(s)
	}
	return l.put(s.Name(), search.OfPostmortem(s, 1))
}

func (l *library) query(text string) search.Query {
	l.Helper()
	q, err := search.Parse(text)
	if err != nil {
		l.Fatalf("%s: %v", text, err)
	}
	return q
}

// find names what is found, best first.
func (l *library) find(text string) string {
	l.Helper()
	return l.wish(search.Wish{Query: l.query(text)})
}

func (l *library) wish(w search.Wish) string {
	l.Helper()
	w.Limit = 10
	hits, total, err := l.Find(l.Context(), w)
	if err != nil {
		l.Fatal(err)
	}
	if total != len(hits) {
		l.Errorf("%d records, said to be %d", len(hits), total)
	}
	var names []string
	for _, h := range hits {
		names = append(names, l.name[h.ID])
	}
	return strings.Join(names, " ")
}

// shop has the incidents of a shop whose database was out of connections, twice, and of a full disk.
func shop(t *testing.T) *library {
	l := open(t)
	l.incident(1, 0, "Checkout fails: connection pool exhausted", func(s *incident.State) {
		s.Service, s.Tags, s.Labels = "checkout", []string{"database", "capacity"}, []string{"alertname=PoolExhausted", "region=apac"}
		s.Description = "Transactions of APAC accounts time out."
		s.Timeline = []incident.Entry{
			{At: monday.Add(10 * time.Minute), Kind: "note", By: "darren", Text: "pgbouncer says: no more connections allowed"},
			{At: monday.Add(30 * time.Minute), Kind: "note", By: "amir", Text: "Rollback of release 4.2 started."},
		}
	})
	l.incident(2, 1, "Disk of db-1 is full", func(s *incident.State) {
		s.Service, s.Tags, s.Labels = "database", []string{"capacity"}, []string{"alertname=DiskFull"}
		s.Responders = []string{"jason"}
	})
	l.incident(3, 2, "Payments are slow", func(s *incident.State) {
		s.Service, s.Priority = "payments", "P1"
		s.Timeline = []incident.Entry{{At: monday, Kind: "note", Text: "The pool has free connections: it is not the database."}}
	})
	l.postmortem(1, "Checkout fails: connection pool exhausted", func(s *postmortem.State) {
		s.Service, s.Owner = "checkout", "ethan"
		s.Sections = map[string]string{"summary": "A release leaked connections until the pool was empty.", "impact": "4,000 orders were lost"}
		s.Causes = []postmortem.Cause{{N: 1, Text: "Nothing closes a connection after an error.", Category: "resource leak"}}
		s.Lessons = []postmortem.Lesson{{N: 1, Text: "Every pool needs an alarm at four fifths."}}
	})
	return l
}

func TestRecordsAreFoundByWhatTheySay(t *testing.T) {
	t.Parallel()
	l := shop(t)
	for query, want := range map[string]string{
		"rollback":                        "INC-1",
		"CONNECTIONS":                     "PM-1 INC-1 INC-3", // any English form; the title counts most
		"connection pool":                 "PM-1 INC-1 INC-3",
		`"connection pool"`:               "INC-1 PM-1",
		`"pool connection"`:               "",
		"pool -checkout":                  "INC-3",
		`pool -"connection pool"`:         "INC-3",
		"-pool":                           "INC-2",
		"db-1":                            "INC-2",
		"INC-3":                           "INC-3",
		"title:pool":                      "INC-1 PM-1",
		"timeline:pool":                   "INC-3",
		`lesson:"four fifths"`:            "PM-1",
		"cause:error":                     "PM-1",
		"impact orders":                   "",
		"section:order":                   "PM-1",
		"service:checkout":                "PM-1 INC-1",
		"service:Checkout rollback":       "INC-1",
		"tag:capacity":                    "INC-2 INC-1", // no words: the newest first
		"tag:capacity -tag:database":      "INC-2",
		`tag:"resource leak"`:             "PM-1",
		"label:region=apac":               "INC-1",
		"priority:p1":                     "INC-3",
		"user:jason":                      "INC-2",
		"user:ethan":                      "PM-1",
		"roll*":                           "INC-1",
		"connections*":                    "PM-1 INC-1 INC-3",
		"connectio*":                      "PM-1 INC-1 INC-3", // though the stem is connect
		"connectix*":                      "",
		"exhaust*":                        "INC-1 PM-1",
		"nothing\tlike \n this":           "",
		"allowed rollback":                "INC-1", // of two lines,
		`"allowed rollback"`:              "",      // but no phrase goes from one to the next
		"\uE000":                          "bad",
		"status:closed -service:checkout": "INC-3 INC-2",
	} {
		if want == "bad" {
			if _, err := search.Parse(query); err == nil {
				t.Errorf("%q was accepted", query)
			}
			continue
		}
		if got := l.find(query); got != want {
			t.Errorf("%s\n got %s\nwant %s", query, got, want)
		}
	}
}

func TestAWishIsNarrowedByKindAndTime(t *testing.T) {
	t.Parallel()
	l := shop(t)
	pool := l.query("pool")
	for _, c := range []struct {
		wish search.Wish
		want string
	}{
		{search.Wish{Query: pool, Kind: search.Incident}, "INC-1 INC-3"},
		{search.Wish{Query: pool, Kind: search.Postmortem}, "PM-1"},
		{search.Wish{Query: pool, Since: monday.AddDate(0, 0, 1)}, "INC-3"},
		{search.Wish{Query: pool, Until: monday.AddDate(0, 0, 1)}, "PM-1 INC-1"},
		{search.Wish{Kind: search.Incident}, "INC-3 INC-2 INC-1"},
	} {
		if got := l.wish(c.wish); got != c.want {
			t.Errorf("%+v: %s, want %s", c.wish, got, c.want)
		}
	}
	q := pool
	q.Where("service", "payments", "database")
	if got := l.wish(search.Wish{Query: q}); got != "INC-3" {
		t.Error("of one of two services:", got)
	}
}

func TestOnlySoManyAreGivenAndAllAreCounted(t *testing.T) {
	t.Parallel()
	l := shop(t)
	hits, total, err := l.Find(t.Context(), search.Wish{Query: l.query("pool"), Limit: 1})
	if err != nil || len(hits) != 1 || total != 3 || l.name[hits[0].ID] != "PM-1" || hits[0].Score <= 0 {
		t.Error(hits, total, err)
	}
}

func TestAQueryThatCannotBeMeantIsRefusedWithWhatToDo(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		`"connection pool`:                "not closed",
		"colour:red":                      `no field "colour"`,
		"service:":                        "has no value",
		"a*":                              "too little",
		"*":                               "too little",
		"p*l":                             "* within",
		"pool OR disk":                    "OR is not possible",
		"!!!":                             "no word",
		strings.Repeat("x", 10<<20):       "10485760 bytes",
		strings.Repeat("(", 900):          "no word",
		strings.Repeat("a ", 40):          "more than 32 things",
		strings.Repeat("a-", 200):         "200 words",
		"\xff\xfe":                        "not UTF-8",
		`section:"` + "a b" + `" "`:       "not closed",
		"-":                               "no word",
		"label:" + strings.Repeat(" ", 5): "has no value",
	} {
		_, err := search.Parse(query)
		var bad *search.BadQuery
		if !errors.As(err, &bad) || !strings.Contains(bad.Text, want) {
			t.Errorf("%.40q: %v, want %q", query, err, want)
		}
		if err != nil && len(err.Error()) > 200 {
			t.Errorf("%.40q: a long error: %d bytes", query, len(err.Error()))
		}
	}
}

func TestNoQueryReachesTheSyntaxOfTheIndex(t *testing.T) {
	t.Parallel()
	l := shop(t)
	for _, query := range []string{
		`NEAR(pool disk)`, `pool^2`, `/po+l/`, `{title} : pool`, `pool + disk`, `'); DROP TABLE record; --`, `pool\"`, "words:1", `title:"pool OR 1"`, "a\x00b",
		strings.Repeat("connection ", 31), "(((((pool)))))", `-service:"x' OR 1=1"`, "ＰＯＯＬ", "naïve", "接続プール",
	} {
		q, err := search.Parse(query)
		if err != nil {
			continue
		}
		if _, _, err := l.Find(t.Context(), search.Wish{Query: q, Limit: 10}); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
	if got := l.find("pool"); got != "PM-1 INC-1 INC-3" {
		t.Error("afterwards:", got)
	}
}

func TestWordsOfOtherLanguagesAreFound(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.incident(1, 0, "Zahlungen schlagen fehl: Überlast in München", nil)
	l.incident(2, 0, "決済サービスの障害", nil)
	l.incident(3, 0, "Ошибка базы данных", nil)
	for query, want := range map[string]string{"uberlast": "INC-1", "MÜNCHEN": "INC-1", "障害": "INC-2", "害障": "", "базы": "INC-3"} {
		if got := l.find(query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}

func marked(list []search.Fragment) (out []string) {
	for _, f := range list {
		text := f.Where + ": "
		for _, r := range f.Runs {
			if r.Mark {
				text += "[" + r.Text + "]"
			} else {
				text += r.Text
			}
		}
		out = append(out, text)
	}
	return out
}

func TestFragmentsShowWhereTheWordsAre(t *testing.T) {
	t.Parallel()
	l := shop(t)
	first := func(query string) search.Doc {
		hits, _, err := l.Find(t.Context(), search.Wish{Query: l.query(query), Limit: 1})
		if err != nil || len(hits) == 0 {
			t.Fatal(query, hits, err)
		}
		return l.docs[hits[0].ID]
	}
	for query, want := range map[string][]string{
		"pool connections": {
			"title: Checkout fails: [connection] [pool] exhausted",
			"section summary: A release leaked [connections] until the [pool] was empty.",
			"cause 1: Nothing closes a [connection] after an error.",
		},
		`lesson:"every pool"`: {"lesson 1: [Every] [pool] needs an alarm at four fifths."},
		"roll* -disk":         {"timeline: [Rollback] of release 4.2 started."},
		"tag:database":        nil,
	} {
		if diff := cmp.Diff(want, marked(l.query(query).Fragments(first(query)))); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	if got := l.query("rollback").Fragments(first("rollback"))[0].At; !got.Equal(monday.Add(30 * time.Minute)) {
		t.Error("the line of the timeline is of", got)
	}
}

func TestAFragmentOfALongTextIsShort(t *testing.T) {
	t.Parallel()
	l := open(t)
	long := strings.Repeat("nothing of note happened then ", 200) + "the\nneedle\tof ünïcode " + strings.Repeat("and so on ", 200)
	id := l.incident(1, 0, "long", func(s *incident.State) { s.Description = long })
	got := marked(l.query("needle").Fragments(l.docs[id]))
	if len(got) != 1 || len(got[0]) > 260 || !strings.Contains(got[0], " then the [needle] of ünïcode and so") || !strings.HasSuffix(got[0], "…") {
		t.Errorf("%q", got)
	}
	blob := strings.Repeat("x", 5000)
	id = l.incident(2, 0, "blob", func(s *incident.State) { s.Description = strings.Repeat("é", 500) + " " + blob })
	for _, f := range marked(l.query(blob[:64]).Fragments(l.docs[id])) {
		if !strings.HasPrefix(f, "description: ") {
			t.Error(f)
		}
	}
}

func TestAChangedRecordIsFoundByWhatItSaysNow(t *testing.T) {
	t.Parallel()
	l := open(t)
	id := l.incident(1, 0, "the disk is full", nil)
	d := l.docs[id]
	d.Version, d.Passages = 3, []search.Passage{{In: search.Title, Where: "title", Text: "the network is slow"}}
	l.put("INC-1", d)
	late := d
	late.Version, late.Passages = 2, nil // it was read before, and came later
	if err := l.Put(late); err != nil {
		t.Fatal(err)
	}
	if l.find("disk") != "" || l.find("network") != "INC-1" || l.Version(id) != 3 || l.Len() != 1 {
		t.Error(l.find("disk"), l.find("network"), l.Version(id), l.Len())
	}
	if err := l.Remove(id, "i00-none"); err != nil {
		t.Fatal(err)
	}
	if l.find("network") != "" || l.Version(id) != 0 || l.Len() != 0 {
		t.Error("a deleted record is still found")
	}
	if _, err := l.Similar(t.Context(), d, 3); err != nil {
		t.Error(err)
	}
}
