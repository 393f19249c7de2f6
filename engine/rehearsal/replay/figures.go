package replay

import (
	"slices"
	"time"
)

// Figures is what a configuration comes to. Conditions know its fields by their names in JSON.
type Figures struct {
	Alerts      int     `json:"alerts" expr:"alerts" doc:"alerts that were opened"`
	Pages       int     `json:"pages" expr:"pages" doc:"messages that paged a person; one about several alerts is one"`
	NightPages  int     `json:"night_pages" expr:"night_pages" doc:"those of them that came at night in the person's zone (fairness.night, 22:00 to 06:00 by default)"`
	Nights      int     `json:"interrupted_nights" expr:"interrupted_nights" doc:"nights of a person with at least one page, of all persons"`
	Channel     int     `json:"channel_messages" expr:"channel_messages" doc:"messages to channels"`
	Unreached   int     `json:"unreached" expr:"unreached" doc:"alerts of which steps reached nobody, and nobody was ever told: neither person nor channel"`
	EmptySteps  int     `json:"empty_steps" expr:"empty_steps" doc:"steps, and persons in them, that could not be reached"`
	Fallback    int     `json:"fallback" expr:"fallback" doc:"alerts that the fallback policy took over"`
	Exhausted   int     `json:"exhausted" expr:"exhausted" doc:"alerts of which everything was tried and nobody acknowledged"`
	Unmatched   int     `json:"unmatched" expr:"unmatched" doc:"alerts that no rule matched"`
	Nobody      int     `json:"nobody" expr:"nobody" doc:"alerts that rules let page nobody, or suppress"`
	Held        int     `json:"held" expr:"held" doc:"alerts that waited before they paged: delay, quiet hours, require, throttle, …"`
	Incidents   int     `json:"incidents" expr:"incidents" doc:"incidents that were opened"`
	RuleErrors  int     `json:"rule_errors" expr:"rule_errors" doc:"alerts of which a part of a rule failed"`
	FirstPage50 float64 `json:"first_page_p50" expr:"first_page_p50" doc:"seconds from an alert's beginning to its first page to a person: the median"`
	FirstPage95 float64 `json:"first_page_p95" expr:"first_page_p95" doc:"the same: 95 of 100 alerts take no longer"`
	FirstPage   float64 `json:"first_page_max" expr:"first_page_max" doc:"the same: the longest"`
	MostPages   int     `json:"most_pages" expr:"most_pages" doc:"pages of the person who had most"`
	MostNights  int     `json:"most_interrupted_nights" expr:"most_interrupted_nights" doc:"interrupted nights of the person who had most"`
}

// Load is what it comes to for one person.
type Load struct {
	Pages      int     `json:"pages" expr:"pages"`
	NightPages int     `json:"night_pages" expr:"night_pages"`
	Nights     int     `json:"interrupted_nights" expr:"interrupted_nights"`
	Hours      [24]int `json:"hours"` // pages by the hour of the day in the person's zone

	night time.Time // the beginning of the last night with a page
}

// quantile is the value that a share of the sorted values does not exceed, by nearest rank; 0 of none.
func quantile(sorted []time.Duration, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(share * float64(len(sorted)))
	if float64(rank) < share*float64(len(sorted)) {
		rank++
	}
	return sorted[max(rank, 1)-1].Seconds()
}

// waits sums up the times to the first page.
func (f *Figures) waits(all []time.Duration) {
	slices.Sort(all)
	f.FirstPage50, f.FirstPage95, f.FirstPage = quantile(all, .5), quantile(all, .95), quantile(all, 1)
}
