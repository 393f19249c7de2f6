package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/schedules"
)

func (n *noun) reviewMeeting() *cobra.Command {
	var at, length, where, file, reason string
	var cancel bool
	c := &cobra.Command{
		Use:   "meeting REF --at TIME",
		Short: "Set, move or cancel the review meeting",
		Long: `Sets the review meeting of a postmortem, or moves it: what is left out stays as it is. Its owner, its reviewers and those
who worked on the incident are invited, by e-mail with an event for their calendars; a change or --cancel tells them,
too. With -o alone it writes the event to a file.`,
		Example: "  tocsin postmortem meeting PM-3 --at 2026-03-12T14:00 --for 45m --where \"Room 4\"\n" +
			"  tocsin postmortem meeting PM-3 -o review.ics\n  tocsin postmortem meeting PM-3 --cancel --reason \"amir is ill\"",
		Args: cobra.ExactArgs(1),

		ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, refs []string) error {
			switch {
			case file != "":
				return n.writeMeeting(c, refs[0], file)
			case cancel:
				return n.cancelMeeting(c, refs[0], reason)
			case at == "":
				return errors.New("say when with --at TIME, or --cancel, or write the event with -o FILE")
			}
			t, err := schedules.ParseTime(at, n.zone)
			if err != nil {
				return fmt.Errorf("--at: %w", err)
			}
			fields := map[string]any{"at": t.UTC().Format(time.RFC3339)}
			if length != "" {
				d, err := config.ParseDuration(length)
				if err != nil {
					return fmt.Errorf("--for: %w", err)
				}
				fields["for"] = d.String()
			}
			if where != "" {
				fields["where"] = where
			}
			return n.act(c.Context(), http.MethodPost, "/meeting", refs, fields)
		},
	}
	f := c.Flags()
	f.StringVar(&at, "at", "", "when: RFC 3339, or wall clock in this machine's zone such as 2026-03-12T14:00")
	f.StringVar(&length, "for", "", "how long (default 45m)")
	f.StringVar(&where, "where", "", "a room, or the address of a conference")
	f.BoolVar(&cancel, "cancel", false, "it does not take place")
	f.StringVar(&reason, "reason", "", "why, with --cancel")
	f.StringVarP(&file, "output", "o", "", "write the event to this file; - is standard output")
	f.StringVar(&n.note, "note", "", "what to say with it, in the timeline")
	c.MarkFlagsMutuallyExclusive("at", "cancel", "output")
	return c
}

func (n *noun) cancelMeeting(c *cobra.Command, ref, reason string) error {
	ask, err := n.client()
	if err != nil {
		return err
	}
	query := url.Values{}
	for name, value := range map[string]string{"user": n.user, "reason": reason} {
		if value != "" {
			query.Set(name, value)
		}
	}
	var raw json.RawMessage
	if err := ask.Do(c.Context(), http.MethodDelete, n.one(ref)+"/meeting", query, nil, &raw); err != nil {
		return failed(err)
	}
	return n.report([]json.RawMessage{raw})
}

func (n *noun) writeMeeting(c *cobra.Command, ref, file string) error {
	ask, err := n.client()
	if err != nil {
		return err
	}
	var event []byte
	if err := ask.Get(c.Context(), n.one(ref)+"/meeting.ics", nil, &event); err != nil {
		return failed(err)
	}
	write := func(w io.Writer) error {
		_, err := w.Write(event)
		return err
	}
	if file == "-" {
		return write(n.out)
	}
	return writeWhole(file, write)
}

// meetingText says when and where to meet.
func (n *noun) meetingText(m *api.Meeting) string {
	if m == nil || m.Cancelled {
		return ""
	}
	text := n.at(m.At.Time) + ", " + count(int(m.Until.Sub(m.At.Time)/time.Minute), "minute")
	if m.Where != "" {
		text += ", " + m.Where
	}
	return line(text)
}
