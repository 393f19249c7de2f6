package incident

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/page"
)

// StatuspageVia is the way of tasks for Atlassian Statuspage.
const StatuspageVia = "statuspage"

// Publish is the task of putting one public update on Statuspage.
const Publish = "publish"

// What page.Outcome.Result says of a publication.
const (
	StatuspageID   = "id"   // of the incident there
	StatuspageURL  = "url"  // where people see it
	StatuspageGone = "gone" // it was removed there; nothing was published
)

// Publication is one public update, as Statuspage is to show it.
type Publication struct {
	Key        string            // marks the incident there; the same for all its updates, and for no other incident
	ID         string            // the incident's id there; empty before its first update
	Update     int               // which update, by its number; they come in order
	Name       string            // the public title
	Phase      string            // investigating, identified, monitoring, resolved
	Body       string            // plain text
	Components map[string]string // id of a component to its state, as Statuspage calls it
	Silent     bool              // its subscribers are not told: a newer one follows at once
}

// Task is what the publication is to its sender.
func (p Publication) Task() *page.Task {
	args := map[string]string{
		"key": p.Key, "update": strconv.Itoa(p.Update), "name": p.Name, "phase": p.Phase, "body": p.Body,
	}
	if p.ID != "" {
		args["id"] = p.ID
	}
	if p.Silent {
		args["silent"] = "true"
	}
	var components []string
	for _, id := range slices.Sorted(maps.Keys(p.Components)) {
		components = append(components, id+"="+p.Components[id])
	}
	if components != nil {
		args["components"] = strings.Join(components, " ")
	}
	return &page.Task{Do: Publish, Args: args}
}

// PublicationOf reads a task back.
func PublicationOf(t *page.Task) (Publication, error) {
	if t == nil || t.Do != Publish {
		return Publication{}, fmt.Errorf("only updates of incidents can be published")
	}
	a := t.Args
	p := Publication{
		Key: a["key"], ID: a["id"], Name: a["name"], Phase: a["phase"], Body: a["body"], Silent: a["silent"] == "true",
		Components: map[string]string{},
	}
	var err error
	if p.Update, err = strconv.Atoi(a["update"]); err != nil || p.Key == "" {
		return Publication{}, fmt.Errorf("a publication needs its key, and the number of its update")
	}
	for _, pair := range strings.Fields(a["components"]) {
		id, state, _ := strings.Cut(pair, "=")
		p.Components[id] = state
	}
	return p, nil
}
