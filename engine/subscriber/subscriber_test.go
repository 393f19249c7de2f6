package subscriber

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
)

var nine = time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)

func TestLeavingStopsWhatWaitsAndNothingFollows(t *testing.T) {
	t.Parallel()
	env := Env{Now: nine}
	s := New("u00-1", Who{"INC-7", "customers", "a@example.com", ""}, 2, env)
	s.Post("update/2", 2, "old", "before the subscription", env)
	s.Post("update/3", 3, "Identified: x", "text", env)
	s.Post("update/3", 3, "Identified: x", "text", env)
	if len(s.Pages) != 1 || s.Pages[0].Address != "a@example.com" || s.Title(1) != "Identified: x" {
		t.Fatalf("pages %+v", s.Pages)
	}
	s.Leave(Removed, env)
	s.Leave(Themselves, env)
	s.Post("update/4", 4, "x", "text", env)
	if s.Pages[0].Status != page.Cancelled || len(s.Pages) != 1 || len(s.Lists()) != 0 || s.Subscribe("api:ops", 4, env) {
		t.Errorf("after leaving: %+v", s)
	}
}

func TestWhoeverLeftByThemselvesIsNeverBroughtBack(t *testing.T) {
	t.Parallel()
	env := Env{Now: nine}
	s := New("u00-1", Who{"INC-7", "customers", "a@example.com", ""}, 0, env)
	s.Leave(Themselves, env)
	s.Leave(Removed, env) // by somebody with a key, who then thinks better of it
	s.Name(3)             // or by the configuration
	if s.Subscribe("api:ops", 3, env) || s.Active() || s.Left != Themselves {
		t.Errorf("they are told again: %+v", s)
	}
}

func TestTheRecordStaysSmall(t *testing.T) {
	t.Parallel()
	env := Env{Now: nine}
	s := New("u00-1", Who{"INC-7", "customers", "a@example.com", "amir"}, 0, env)
	for n := 1; n <= 200; n++ {
		s.Post(fmt.Sprint("update/", n), n, "x", "text", env)
		s.Page(n).Claim("r1", nine)
		s.Settled(page.Outcome{N: n, Fence: 1}, env)
	}
	if len(s.Pages) > maxPages+1 || len(s.News) > maxNews || s.Told != 200 || s.Latest().User != "amir" {
		t.Errorf("%d pages, %d news", len(s.Pages), len(s.News))
	}
}

func TestOnlyPlainAddressesAreTaken(t *testing.T) {
	t.Parallel()
	for email, fine := range map[string]bool{
		"a@example.com": true, "a+b@sub.example.com": true, "a": false, "": false, "Amir <a@example.com>": false, "a@b\r\nBcc: c@d": false,
		"a@example.com,b@example.com": false, strings.Repeat("a", 250) + "@example.com": false,
	} {
		if err := CheckEmail(email); (err == nil) != fine {
			t.Errorf("%q: %v", email, err)
		}
	}
	if (Who{"INC-7", "x", "A@example.com", ""}).Key() != (Who{"INC-7", "x", "a@EXAMPLE.com", "amir"}).Key() {
		t.Error("the case of an address makes another subscriber")
	}
}
