package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// asRecorded takes back a time that was set.
const asRecorded = "recorded"

// settleIncident makes mitigate and resolve.
func (n *noun) settleIncident(do, what, example string) *cobra.Command {
	var at string
	c := n.action(do, what, "", example, func() (map[string]any, error) {
		if at == "" {
			return map[string]any{}, nil
		}
		t, err := n.instant("at", at)
		return map[string]any{"at": t}, err
	})
	c.Flags().StringVar(&at, "at", "", "since when: RFC 3339, or wall clock in this machine's zone (default now)")
	return c
}

func (n *noun) noteIncident() *cobra.Command {
	var at string
	c := n.action("note", "Write a note into the timeline", "",
		"tocsin incident note INC-7 --note \"traffic moved to west\"\ntocsin incident note INC-7 --note \"the first customer called\" --at 2026-03-09T13:48", func() (map[string]any, error) {
			fields, err := n.needNote()
			if err != nil || at == "" {
				return fields, err
			}
			fields["at"], err = n.instant("at", at)
			return fields, err
		})
	c.Flags().StringVar(&at, "at", "", "when it was: RFC 3339, or wall clock in this machine's zone (default now)")
	return c
}

// instant reads a time for the API.
func (n *noun) instant(flag, text string) (string, error) {
	t, err := schedules.ParseTime(text, n.zone)
	if err != nil {
		return "", fmt.Errorf("--%s: %w", flag, err)
	}
	return t.UTC().Format(time.RFC3339Nano), nil
}

func (n *noun) closeIncident() *cobra.Command {
	var force bool
	c := n.action("close", "Close incidents; the postmortems that they owe are made", `An incident is closed when every item of its checklist is ticked or skipped: see tick and skip. With --force it is closed
without, for the reason given with --note.`,
		"tocsin incident close INC-7\ntocsin incident close INC-7 --force --note \"a false alarm\"", func() (map[string]any, error) {
			switch {
			case !force:
				return map[string]any{}, nil
			case strings.TrimSpace(n.note) == "":
				return nil, errors.New("say with --note TEXT why the checklist does not count")
			}
			return map[string]any{"force": true}, nil
		})
	c.Flags().BoolVar(&force, "force", false, "in spite of the checklist")
	return c
}

// checkIncident makes tick, skip and untick.
func (n *noun) checkIncident(do, what string) *cobra.Command {
	var item string
	c := n.action(do, what, "tocsin incident show prints the checklist with the numbers of its items.",
		"tocsin incident "+do+" INC-7 --item 2 --note \"no user was hit\"", func() (map[string]any, error) {
			switch {
			case item == "":
				return nil, errors.New("say which with --item NUMBER")
			case do == "skip" && strings.TrimSpace(n.note) == "":
				return nil, errors.New("say why with --note TEXT")
			}
			return map[string]any{"item": item}, nil
		})
	c.Flags().StringVar(&item, "item", "", "the number of the item, or its text")
	return c
}

func (n *noun) incidentTimes() *cobra.Command {
	given := map[incident.Moment]*string{}
	c := n.action("times", "Set times that matter: when the harm began, was noticed, taken up, stopped, over",
		"Each is RFC 3339, or wall clock in this machine's zone; \""+asRecorded+"\" takes back what was set. They must be in this order.",
		"tocsin incident times INC-7 --impact-start 2026-03-09T13:40 --detected 2026-03-09T13:52", func() (map[string]any, error) {
			times := map[string]string{}
			for _, m := range incident.Moments {
				text := *given[m]
				switch text {
				case "":
					continue
				case asRecorded:
					times[string(m)] = ""
					continue
				}
				at, err := n.instant(momentFlag(m), text)
				if err != nil {
					return nil, err
				}
				times[string(m)] = at
			}
			if len(times) == 0 {
				return nil, errors.New("say which time with --impact-start, --detected, --engaged, --mitigated or --resolved")
			}
			return map[string]any{"times": times}, nil
		})
	for _, m := range incident.Moments {
		given[m] = c.Flags().String(momentFlag(m), "", momentDoc[m])
	}
	return c
}

func momentFlag(m incident.Moment) string { return strings.ReplaceAll(string(m), "_", "-") }

var momentDoc = map[incident.Moment]string{
	incident.ImpactStart: "when the harm began", incident.Detection: "when it was noticed", incident.Engagement: "when somebody took it up",
	incident.Mitigation: "when the harm was stopped", incident.Resolution: "when it was over",
}

func (n *noun) updateIncident() *cobra.Command {
	var title, description, conference, detectedBy string
	var impacts, notImpacts, tags, untags, properties, links, unlinks []string
	c := n.action("update", "Change what an incident says: title, description, who noticed it, impacted services, tags, properties, links", "",
		"tocsin incident update INC-7 --impacts payments --property region=apac --link \"dashboard=https://grafana.example.com/d/1\"", nil)
	f := c.Flags()
	f.StringVar(&title, "title", "", "the new title")
	f.StringVar(&description, "description", "", "the new description")
	f.StringVar(&conference, "conference", "", "the link under which people meet; empty for none")
	f.StringVar(&detectedBy, "detected-by", "", "who noticed it first: monitoring, customer or staff")
	suggest(c, "detected-by", []string{"monitoring", "customer", "staff"})
	f.StringArrayVar(&impacts, "impacts", nil, "a service that it impacts, too; may be given several times, as those that follow")
	f.StringArrayVar(&notImpacts, "not-impacts", nil, "a service that it does not impact")
	f.StringArrayVar(&tags, "tag", nil, "a tag")
	f.StringArrayVar(&untags, "untag", nil, "a tag to remove")
	f.StringArrayVar(&properties, "property", nil, "NAME=VALUE; NAME= removes one")
	f.StringArrayVar(&links, "link", nil, "TEXT=URL")
	f.StringArrayVar(&unlinks, "unlink", nil, "the URL of a link to remove")
	c.RunE = func(c *cobra.Command, refs []string) error {
		fields := map[string]any{}
		for name, list := range map[string][]string{
			"add_services": impacts, "remove_services": notImpacts, "add_tags": tags, "remove_tags": untags, "remove_links": unlinks,
		} {
			if len(list) > 0 {
				fields[name] = list
			}
		}
		if title != "" {
			fields["title"] = title
		}
		if detectedBy != "" {
			fields["detected_by"] = detectedBy
		}
		if f.Changed("description") {
			fields["description"] = description
		}
		if f.Changed("conference") {
			fields["conference"] = conference
		}
		if len(properties) > 0 {
			m, err := assignments("property", properties)
			if err != nil {
				return err
			}
			fields["properties"] = m
		}
		var added []map[string]string
		for _, l := range links {
			text, href, ok := strings.Cut(l, "=")
			if !ok || text == "" || href == "" {
				return fmt.Errorf("--link %q: write TEXT=URL", l)
			}
			added = append(added, map[string]string{"text": text, "href": href})
		}
		if len(added) > 0 {
			fields["add_links"] = added
		}
		if len(fields) == 0 {
			return errors.New("say what to change, such as --title TEXT or --impacts SERVICE")
		}
		return n.act(c.Context(), http.MethodPatch, "", refs, fields)
	}
	return c
}
