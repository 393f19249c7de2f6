package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/issue"
	"github.com/tocsin-oncall/tocsin/integrations/api"
)

// draft is what the flags say of an issue that is to be created.
type draft struct{ tracker, relation, project, kind, summary, description string }

func (d *draft) flags(c *cobra.Command, relation string) {
	f := c.Flags()
	f.StringVar(&d.tracker, "tracker", "", "jira or github (default: the only one that is configured)")
	d.related(c, relation)
	d.placed(c)
	f.StringVar(&d.summary, "summary", "", "its summary (default: what it is about)")
	f.StringVar(&d.description, "description", "", "its description (default: what happened)")
	suggest(c, "tracker", []string{issue.Jira, issue.GitHub})
}

func (d *draft) placed(c *cobra.Command) {
	c.Flags().StringVar(&d.project, "project", "", "the Jira project, or OWNER/NAME on GitHub (default: the configured one)")
	c.Flags().StringVar(&d.kind, "type", "", "the type of a Jira issue (default: the configured one)")
}

func (d *draft) related(c *cobra.Command, relation string) {
	var names []string
	for _, r := range issue.Relations {
		names = append(names, string(r))
	}
	c.Flags().StringVar(&d.relation, "relation", "", fmt.Sprintf("%s (default %s)", strings.Join(names, ", "), relation))
	suggest(c, "relation", names)
}

// fields are the body of a request that has it created.
func (d *draft) fields() map[string]any {
	return map[string]any{"tracker": d.tracker, "relation": d.relation, "create": map[string]string{
		"project": d.project, "type": d.kind, "summary": d.summary, "description": d.description,
	}}
}

// existing are the fields that name an issue that is there, by key or address.
func existing(name string) map[string]any {
	if strings.Contains(name, "://") {
		return map[string]any{"url": name}
	}
	return map[string]any{"key": name}
}

func (n *noun) incidentIssues() *cobra.Command {
	var d, linked draft
	create := n.issueVerb("create REF", "Have an issue created in Jira or on GitHub", "The tracker is asked afterwards, and for a week while it is away: see list.",
		"tocsin incident issue create INC-7 --tracker jira --project PAY --relation is_caused_by", cobra.ExactArgs(1),
		func(ctx context.Context, args []string) error {
			return n.act(ctx, http.MethodPost, "/issues", args[:1], d.fields())
		})
	d.flags(create, string(issue.RelatesTo))
	add := n.issueVerb("add REF ISSUE", "Link an issue that is there: by its key or its address", "An address that is of no tracker of the configuration is a link.",
		"tocsin incident issue add INC-7 PAY-12 --relation blocks\ntocsin incident issue add INC-7 https://support.example.com/t/991 --relation customer_request --summary \"Cards are refused\"",
		cobra.ExactArgs(2), func(ctx context.Context, args []string) error {
			fields := existing(args[1])
			fields["tracker"], fields["relation"], fields["summary"] = linked.tracker, linked.relation, linked.summary
			return n.act(ctx, http.MethodPost, "/issues", args[:1], fields)
		})
	linked.related(add, string(issue.RelatesTo))
	add.Flags().StringVar(&linked.tracker, "tracker", "", "jira, github or link (default: as the address says, or the only one that is configured)")
	add.Flags().StringVar(&linked.summary, "summary", "", "of a link: what it is")
	remove := n.issueVerb("remove REF N", "Unlink an issue; it stays in its tracker", "tocsin incident issue list says the numbers.",
		"tocsin incident issue remove INC-7 2", cobra.ExactArgs(2), func(ctx context.Context, args []string) error {
			return n.unlink(ctx, n.one(args[0])+"/issues/"+url.PathEscape(args[1]))
		})
	refresh := n.issueVerb("refresh REF", "Ask the trackers now how the issues are, and try again what failed", "", "tocsin incident issue refresh INC-7", cobra.ExactArgs(1),
		func(ctx context.Context, args []string) error {
			return n.act(ctx, http.MethodPost, "/issues/refresh", args, map[string]any{})
		})
	return group("issue", "Link issues in Jira and on GitHub, and customer requests", `Links issues with an incident, has issues created, and shows how they are. See docs/linked-issues.md.`,
		n.listIssues(), add, create, remove, refresh)
}

// issueVerb makes a verb about issues.
func (n *noun) issueVerb(use, short, long, example string, args cobra.PositionalArgs, run func(context.Context, []string) error) *cobra.Command {
	c := &cobra.Command{
		Use: use, Short: short, Long: strings.TrimSpace(short + ".\n\n" + long), Args: args,
		Example: "  " + strings.ReplaceAll(example, "\n", "\n  "), ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error { return run(c.Context(), args) },
	}
	c.Flags().StringVar(&n.note, "note", "", "what to say with it, in the timeline")
	return c
}

// unlink takes an issue off a record.
func (n *noun) unlink(ctx context.Context, path string) error {
	ask, err := n.client()
	if err != nil {
		return err
	}
	query := url.Values{}
	for name, value := range map[string]string{"user": n.user, "reason": n.note} {
		if value != "" {
			query.Set(name, value)
		}
	}
	var raw json.RawMessage
	if err := ask.Do(ctx, http.MethodDelete, path, query, nil, &raw); err != nil {
		return failed(err)
	}
	return n.report([]json.RawMessage{raw})
}

func (n *noun) listIssues() *cobra.Command {
	return &cobra.Command{
		Use: "list REF", Short: "List the issues of an incident", Args: cobra.ExactArgs(1), ValidArgsFunction: n.complete,
		Long:    "Lists the issues of an incident: how they are, and what still waits for its tracker.\nWith --json an array of them as the API shows them.",
		Example: "  tocsin incident issue list INC-7",
		RunE: func(c *cobra.Command, args []string) error {
			ask, err := n.client()
			if err != nil {
				return err
			}
			var list struct{ Items []json.RawMessage }
			if err := ask.Get(c.Context(), n.one(args[0])+"/issues", nil, &list); err != nil {
				return failed(err)
			}
			return showAll(n.remote, list.Items, n.issues)
		},
	}
}

func (n *noun) issues(list []api.Issue) {
	if len(list) == 0 {
		fmt.Fprintln(n.out, "no issues are linked")
		return
	}
	t := table{head: []string{"N", "TRACKER", "ISSUE", "RELATION", "STATE", "ASSIGNEE", "SUMMARY"}, wide: 6}
	for _, i := range list {
		t.row(textf("%d", i.N), text(i.Tracker), text(issueName(i)), text(strings.ReplaceAll(string(i.Relation), "_", " ")),
			n.issueState(i), text(i.Assignee), text(i.Summary))
	}
	n.table(t)
}

func issueName(i api.Issue) string {
	switch {
	case i.Key != "":
		return i.Key
	case i.URL != "":
		return i.URL
	}
	return "(new)"
}

// issueState is how an issue is, and what keeps it from being known.
func (n *noun) issueState(i api.Issue) cell {
	switch {
	case i.Pending != nil && i.Pending.Attempts == 0:
		return styled(cyan, "queued")
	case i.Pending != nil:
		return styled(cyan, strings.Join(filled(fmt.Sprintf("queued, %s, next at %s", count(i.Pending.Attempts, "attempt"), n.at(i.Pending.NextAt.Time)), i.Pending.Error), ": "))
	case i.Key == "" && i.Error != "" || i.State == "" && i.Error != "":
		return styled(red, "failed: "+i.Error)
	case i.Missing:
		return styled(red, "missing")
	case i.Error != "":
		return styled(yellow, i.State+", not refreshed: "+i.Error)
	case i.Category == issue.Done && !strings.EqualFold(i.State, "done"):
		return styled(green, i.State+" (done)")
	}
	return text(i.State)
}

func (n *noun) actionIssue() *cobra.Command {
	var d draft
	var create, remove bool
	var key, address string
	c := n.issueVerb("issue REF N", "Give an action its issue: one that is there, or one that is created", "",
		"tocsin postmortem action issue PM-3 1 --create --project PAY\ntocsin postmortem action issue PM-3 2 --key PAY-12\ntocsin postmortem action issue PM-3 2 --remove",
		cobra.ExactArgs(2), nil)
	c.RunE = func(c *cobra.Command, args []string) error {
		path := "/actions/" + url.PathEscape(args[1]) + "/issue"
		var fields map[string]any
		switch {
		case remove:
			return n.unlink(c.Context(), n.one(args[0])+path)
		case create:
			fields = d.fields()
		case key != "" || address != "":
			fields = map[string]any{"key": key, "url": address, "tracker": d.tracker, "relation": d.relation}
		default:
			return errors.New("say which with --create, --key KEY or --url URL, or --remove it")
		}
		return n.act(c.Context(), http.MethodPost, path, args[:1], fields)
	}
	d.flags(c, string(issue.FollowUp))
	f := c.Flags()
	f.BoolVar(&create, "create", false, "have one created")
	f.BoolVar(&remove, "remove", false, "unlink it; it stays in its tracker")
	f.StringVar(&key, "key", "", "the key of one that is there: PAY-12, owner/repo#34")
	f.StringVar(&address, "url", "", "the address of one that is there")
	c.MarkFlagsMutuallyExclusive("create", "remove", "key", "url")
	return c
}

func (n *noun) postmortemIssues() *cobra.Command {
	var d draft
	var refresh bool
	c := n.issueVerb("issues REF…", "Have an issue created for each action that is not done and has none", "With --refresh the trackers are asked how the issues are that there are.",
		"tocsin postmortem issues PM-3 --tracker jira --project PAY", cobra.MinimumNArgs(1), func(ctx context.Context, refs []string) error {
			if refresh {
				return n.act(ctx, http.MethodPost, "/issues/refresh", refs, map[string]any{})
			}
			return n.act(ctx, http.MethodPost, "/issues", refs, map[string]any{"tracker": d.tracker, "relation": d.relation, "project": d.project, "type": d.kind})
		})
	c.Flags().StringVar(&d.tracker, "tracker", "", "jira or github (default: the only one that is configured)")
	d.related(c, string(issue.FollowUp))
	d.placed(c)
	c.Flags().BoolVar(&refresh, "refresh", false, "create nothing; ask how they are")
	suggest(c, "tracker", []string{issue.Jira, issue.GitHub})
	return c
}
