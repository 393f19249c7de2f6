package main

import (
	"testing"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func TestAnIncidentSaysHowItIsAtStatuspage(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]api.IncidentStatuspage{
		"":                              {},
		"https://stspg.example/in1":     {URL: "https://stspg.example/in1", Published: 2},
		"1 to be published":             {Waiting: 1},
		"removed there by hand":         {Gone: true},
		"https://x.example; 2 given up": {URL: "https://x.example", Failed: 2},
		"2 to be published, the latest attempt failed: answered 502": {Waiting: 2, Error: "answered 502"},
	} {
		if got := atStatuspage(s); got != want {
			t.Errorf("%+v is %q, not %q", s, got, want)
		}
	}
}
