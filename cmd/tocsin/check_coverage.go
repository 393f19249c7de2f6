package main

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

// cover audits configuration files or, without any, the server, for the days after now.
func (r *remote) cover(ctx context.Context, paths []string, ahead string) (found api.Coverage, err error) {
	length, err := horizon("--coverage", ahead)
	if err != nil {
		return found, err
	}
	if length%(24*time.Hour) != 0 {
		return found, fmt.Errorf("--coverage %s: whole days, such as 90d", ahead)
	}
	ask, err := r.over(ctx, paths)
	if err != nil {
		return found, err
	}
	query := url.Values{"from": {r.now().UTC().Format(time.RFC3339)}, "days": {strconv.Itoa(int(length / (24 * time.Hour)))}}
	if err := ask.Get(ctx, "/api/v1/coverage", query, &found); err != nil {
		return found, failed(err)
	}
	return found, nil
}

// shownSpans is how many times of a finding are printed; --json has all.
const shownSpans = 3

// severities are the styles of findings.
var severities = map[string]style{"error": red, "warning": yellow, "info": cyan}

// covered prints what an audit found.
func (io stdio) covered(c api.Coverage) {
	fmt.Fprintf(io.out, "Coverage from %s to %s:\n", io.at(c.From.Time), io.at(c.To.Time))
	t := table{head: []string{"POLICY", "REACHES NOBODY", "AT WORST", "AFTER"}, wide: 2}
	for _, p := range c.Policies {
		gaps, worst, delay := styled(faint, "never"), text(strings.Join(p.WorstPeople, ", ")), text(span(time.Duration(p.DelaySeconds)*time.Second))
		switch {
		case p.GapSeconds > 0:
			gaps, worst, delay = styled(red, span(time.Duration(p.GapSeconds)*time.Second)), state("nobody"), text("")
		case len(p.WorstPeople) == 0:
			worst = styled(yellow, "only "+strings.Join(p.WorstPlaces, ", "))
		}
		t.row(text(p.Policy), gaps, worst, delay)
	}
	io.table(t)
	errs, warnings := 0, 0
	for _, f := range c.Findings {
		switch f.Severity {
		case "error":
			errs++
		case "warning":
			warnings++
		}
		fmt.Fprintf(io.out, "\n%s %s: %s\n", io.paint(severities[f.Severity], f.Severity+":"), line(f.Kind), line(subject(f)+": "+f.Why))
		io.spans(f.Spans)
	}
	for _, f := range c.Waived {
		fmt.Fprintf(io.out, "\n%s %s: %s\n    accepted until %s: %s\n", io.paint(faint, "waived:"), line(f.Kind), line(subject(f)+": "+f.Why),
			io.at(f.WaivedUntil.Time), line(f.Reason))
	}
	fmt.Fprintf(io.out, "\n%s, %s, %s waived.\n", count(errs, "error"), count(warnings, "warning"), count(len(c.Waived), "finding"))
}

// subject is what a finding is about: the policy standard, step 2, amir.
func subject(f api.Finding) string {
	var parts []string
	add := func(what, name string) {
		if name != "" {
			parts = append(parts, strings.TrimSpace(what+" "+name))
		}
	}
	add("policy", f.Policy)
	if f.Step > 0 {
		add("step", strconv.Itoa(f.Step))
	}
	add("schedule", f.Schedule)
	add("rotation", f.Rotation)
	add("", f.User)
	return strings.Join(parts, ", ")
}

// spans prints when something is wrong.
func (io stdio) spans(list []api.FindingSpan) {
	var rest time.Duration
	for i, s := range list {
		length := s.To.Sub(s.From.Time)
		if i >= shownSpans {
			rest += length
			continue
		}
		fmt.Fprintf(io.out, "    %s to %s (%s)\n", io.at(s.From.Time), io.at(s.To.Time), span(length))
	}
	if more := len(list) - shownSpans; more > 0 {
		fmt.Fprintf(io.out, "    and %s more, %s altogether\n", count(more, "time"), span(rest))
	}
}
