package api

import (
	"net/http"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

// PostmortemActionItem is an action item, and which postmortem it comes from.
type PostmortemActionItem struct {
	Postmortem string `json:"postmortem" doc:"PM-3."`
	Title      string `json:"title" doc:"Of the postmortem."`
	Incident   string `json:"incident"`
	Team       string `json:"team"`
	Service    string `json:"service"`
	ActionItem
}

var actionFilter = append([]param{
	{name: "status", list: true, of: []string{"open", "done", "verified"}, doc: "Only these; all by default."},
	{name: "owner", list: true, doc: "Only what these users owe; nobody stands for what nobody owns."},
	{name: "team", list: true, doc: "Only of the postmortems of these teams."},
	{name: "overdue", of: []string{"true", "false"}, doc: "true: only what is overdue."},
}, paging...)

func actionRoutes() []route {
	return []route{{method: http.MethodGet, path: "/actions", id: "listActions", role: Viewer, params: actionFilter,
		answer: List[PostmortemActionItem]{}, handle: listActions,
		doc: "The actions of all postmortems, those of the newest postmortem first; not of waived ones. A page has the actions of at most limit postmortems."}}
}

func listActions(c *call) (any, error) {
	before, limit, err := c.page()
	if err != nil {
		return nil, err
	}
	list, next, err := c.Engine.Postmortems(c.ctx, []postmortem.Status{postmortem.Open, postmortem.Completed}, before, limit)
	if err != nil {
		return nil, err
	}
	wanted := func(name, value string) bool {
		return len(c.query.texts(name)) == 0 || slices.Contains(c.query.texts(name), value)
	}
	var items []PostmortemActionItem
	for _, pm := range list {
		if !wanted("team", pm.Team) {
			continue
		}
		for _, i := range pm.Actions {
			v := c.showItem(pm, i)
			owner := i.Owner
			if owner == "" {
				owner = "nobody"
			}
			if wanted("status", v.Status) && wanted("owner", owner) && (!c.query.yes("overdue") || v.Overdue) {
				items = append(items, PostmortemActionItem{pm.Name(), pm.Title, pm.Incident, pm.Team, pm.Service, v})
			}
		}
	}
	return listOf(items, next, func(i PostmortemActionItem) PostmortemActionItem { return i }), nil
}
