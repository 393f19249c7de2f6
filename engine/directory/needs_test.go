package directory

import (
	"fmt"
	"testing"
)

func TestNeedsAreTheNearestFirstWithTheWayToThem(t *testing.T) {
	t.Parallel()
	d := &Directory{Services: map[string]Service{
		"checkout": {DependsOn: []string{"payments", "search"}}, "payments": {DependsOn: []string{"ledger"}},
		"search": {DependsOn: []string{"ledger", "checkout"}}, "ledger": {DependsOn: []string{"database"}}, "database": {},
	}}
	var got []string
	for _, n := range d.Needs([]string{"checkout", "search"}) {
		got = append(got, fmt.Sprint(n.Far(), n.Path))
	}
	want := "[0 [checkout] 0 [search] 1 [checkout payments] 1 [search ledger] 2 [search ledger database]]"
	if fmt.Sprint(got) != want {
		t.Errorf("%v, want %v", got, want)
	}
	if got := d.Needs([]string{"unheard-of"}); len(got) != 1 || got[0].Far() != 0 {
		t.Errorf("one that is not configured needs %v", got)
	}
}
