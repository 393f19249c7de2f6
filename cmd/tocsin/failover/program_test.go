package failover

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"testing"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
)

// program is one replica of Tocsin.
type program struct {
	*programtest.Server
	t *testing.T
}

// prepare makes a replica, not started yet, that posts the pages of every alert to the journal: at once, and again after
// the offsets.
func prepare(t *testing.T, j *journal, store string, offsets ...string) *program {
	t.Helper()
	steps := `{notify: ["channel:first"]}`
	for _, after := range offsets {
		steps += `, {after: ` + after + `, notify: ["channel:second"]}`
	}
	return &program{t: t, Server: programtest.Prepare(t, binary, fmt.Sprintf(`fallback: standard
channels:
  - {name: first, type: webhook, url: %[1]s/first, secret: a-secret-for-tests}
  - {name: second, type: webhook, url: %[1]s/second, secret: a-secret-for-tests}
policies:
  - {name: standard, steps: [%[2]s]}
integrations:
  - {name: json, type: json, key: %[3]s, map: {dedup_key: body.id, title: body.id, priority: '"P1"'}}
`, j.url, steps, programtest.SenderKey), "--store", store)}
}

// post sends an alert, and returns its number when it was accepted.
func (p *program) post(ctx context.Context, alert string) (number uint64, err error) {
	a, err := p.Try(ctx, http.MethodPost, "/in/json", programtest.SenderKey, "application/json", fmt.Appendf(nil, `{"id":%q}`, alert))
	if err != nil {
		return 0, err
	}
	if a.Status != http.StatusAccepted {
		return 0, fmt.Errorf("answered %d: %s", a.Status, a.Body)
	}
	var receipts struct{ Alerts []struct{ Number uint64 } }
	if err := json.Unmarshal([]byte(a.Body), &receipts); err != nil || len(receipts.Alerts) != 1 {
		return 0, fmt.Errorf("accepted with %s", a.Body)
	}
	return receipts.Alerts[0].Number, nil
}

func (p *program) get(ctx context.Context, path string) ([]byte, error) {
	a, err := p.Try(ctx, http.MethodGet, path, programtest.AdminKey, "", nil)
	if err == nil && a.Status != http.StatusOK {
		err = fmt.Errorf("%s answered %d: %s", path, a.Status, a.Body)
	}
	return []byte(a.Body), err
}

// known are the numbers of all alerts that there are, by their dedup keys.
func (p *program) known(ctx context.Context) (map[string]uint64, error) {
	all := map[string]uint64{}
	for cursor := ""; ; {
		answer, err := p.get(ctx, "/api/v1/alerts?limit=200"+cursor)
		if err != nil {
			return nil, err
		}
		var page struct {
			Items []struct {
				Number   uint64
				DedupKey string `json:"dedup_key"`
			}
			Next string
		}
		if err := json.Unmarshal(answer, &page); err != nil {
			return nil, err
		}
		for _, a := range page.Items {
			all[a.DedupKey] = a.Number
		}
		if page.Next == "" {
			return all, nil
		}
		cursor = "&cursor=" + page.Next
	}
}

var ownedShards = regexp.MustCompile(`(?m)^tocsin_shards_owned (\d+)$`)

// owned is how many shards the replica says it watches.
func (p *program) owned() (int, error) {
	answer, err := p.get(p.t.Context(), "/metrics")
	if err != nil {
		return 0, err
	}
	found := ownedShards.FindSubmatch(answer)
	if found == nil {
		return 0, fmt.Errorf("/metrics has no tocsin_shards_owned")
	}
	return strconv.Atoi(string(found[1]))
}
