package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/integrations/api"
)

// deployVerb reports a deployment; what looks at them is below it.
func deployVerb(io stdio) *cobra.Command {
	n := &noun{remote: &remote{stdio: io}, path: "/api/v1/deployments"}
	var d api.NewDeployment
	var commits, links []string
	var state, tier, at, started string
	c := &cobra.Command{
		Use:   "deploy --service NAME --environment NAME [--version TEXT …]",
		Short: "Report a deployment, for incidents to find their cause; list and show them",
		Long: `Reports a deployment, as a pipeline would: what was deployed where, in which version. An incident of the service, or of
one that depends on it, then shows it as what may be its cause.

Called once, after the deployment, that is all. Called with --id before it with --state started, and after it with the
same --id and --state succeeded or failed, it says how long it took, too. Calling twice does no harm.`,
		Example: `  tocsin deploy --service payments --environment production --version 1.4.2 --revision "$GIT_SHA"
  tocsin deploy --id "$BUILD_URL" --service payments --environment production --state started
  tocsin deploy --id "$BUILD_URL" --state failed`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if strings.TrimSpace(d.Service) == "" && d.ID == "" {
				return errors.New("say what was deployed with --service NAME")
			}
			d.State, d.Tier = deployment.Status(state), deployment.Tier(tier)
			if d.At, err = n.optionalInstant("at", at); err != nil {
				return err
			}
			if d.StartedAt, err = n.optionalInstant("started", started); err != nil {
				return err
			}
			for _, text := range commits {
				sha, title, _ := strings.Cut(text, "=")
				d.Commits = append(d.Commits, api.Commit{SHA: strings.TrimSpace(sha), Title: strings.TrimSpace(title)})
			}
			for _, l := range links {
				text, href, ok := strings.Cut(l, "=")
				if !ok || text == "" || href == "" {
					return fmt.Errorf("--link %q: write TEXT=URL", l)
				}
				d.Links = append(d.Links, api.IncidentLink{Text: text, Href: href})
			}
			var raw json.RawMessage
			if err := n.post(c, n.path, d, &raw); err != nil {
				return err
			}
			return show(n.remote, raw, func(d api.Deployment) { fmt.Fprintln(n.out, sayDeployment(d)) })
		},
	}
	f := c.Flags()
	f.StringVar(&d.ID, "id", "", "yours, such as the URL of the build: with the same one you report its end")
	f.StringVar(&d.Service, "service", "", "what is deployed")
	f.StringVar(&d.Environment, "environment", "", "where: production, staging, …")
	f.StringVar(&tier, "tier", "", "what the environment is for: production, staging, testing or development (default: as its name says)")
	f.StringVar(&state, "state", "", "pending, started, succeeded, failed or cancelled (default succeeded for a new one)")
	f.StringVar(&d.Version, "version", "", "the version")
	f.StringVar(&d.Revision, "revision", "", "what it was built from: a commit, a tag")
	f.StringVar(&d.Message, "message", "", "what it brings, in a line")
	f.StringArrayVar(&commits, "commit", nil, "SHA, or SHA=TITLE, of a commit that came with it; may be given several times")
	f.StringArrayVar(&links, "link", nil, "TEXT=URL, such as of the pipeline; may be given several times")
	f.StringVar(&d.By, "by", "", "who deploys (default: the API key)")
	f.StringVar(&at, "at", "", "when the state was reached: RFC 3339, or wall clock in this machine's zone (default now)")
	f.StringVar(&started, "started", "", "when it began, likewise")
	suggest(c, "state", words(deployment.Statuses[:]))
	suggest(c, "tier", words(deployment.Tiers[:]))
	c.AddCommand(n.listDeployments(), n.showDeployment())
	n.flags(c)
	return c
}

// words are values as plain texts.
func words[T ~string](list []T) (out []string) {
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}

// optionalInstant is instant, and empty for an empty text.
func (n *noun) optionalInstant(flag, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	return n.instant(flag, text)
}

// sayDeployment is a deployment in a line, and what is wrong with its service.
func sayDeployment(d api.Deployment) string {
	text := line(fmt.Sprintf("%s %s: %s", d.ID, d.State, d.Title))
	if !d.KnownService {
		text += "\n  " + line(unknownService(d.Service))
	}
	return text
}

func unknownService(name string) string {
	return fmt.Sprintf("the configuration has no service %q: no incident will find it", name)
}

func (n *noun) listDeployments() *cobra.Command {
	var service, environment, tier, since, until string
	var limit int
	c := &cobra.Command{
		Use: "list", Short: "List deployments, the latest first", Args: cobra.NoArgs,
		Long:    "Lists deployments, the latest first, those that were reported by anybody. With --json an array of the deployments as\nthe API shows them.",
		Example: "  tocsin deploy list --service payments --tier production --since 7d",
		RunE: func(c *cobra.Command, _ []string) error {
			query := url.Values{}
			for name, value := range map[string]string{"service": service, "environment": environment, "tier": tier, "since": since, "until": until} {
				if value != "" {
					query.Set(name, value)
				}
			}
			items, err := n.list(c.Context(), query, limit)
			if err != nil {
				return err
			}
			return showAll(n.remote, items, n.deployments)
		},
	}
	f := c.Flags()
	f.StringVar(&service, "service", "", "only of this service")
	f.StringVar(&environment, "environment", "", "only to this environment")
	f.StringVar(&tier, "tier", "", "only to environments of this tier: production, staging, testing or development")
	f.StringVar(&since, "since", "", "only those that began at or after this time (RFC 3339), or so long ago at most: 2h, 7d")
	f.StringVar(&until, "until", "", "only those that began before this time, or longer ago")
	f.IntVar(&limit, "limit", defaultLimit, "how many at most")
	suggest(c, "tier", words(deployment.Tiers[:]))
	return c
}

func (n *noun) deployments(list []api.Deployment) {
	if len(list) == 0 {
		fmt.Fprintln(n.out, "no such deployments")
		return
	}
	t := table{head: []string{"DEPLOYMENT", "STATE", "BEGAN", "TOOK", "BY", "WHAT"}, wide: 5}
	for _, d := range list {
		t.row(text(d.ID), state(string(d.State)), text(n.away(d.StartedAt.Time)), text(took(d)), text(d.By), text(d.Title))
	}
	n.table(t)
}

func took(d api.Deployment) string {
	if d.FinishedAt.IsZero() || d.Seconds == 0 {
		return ""
	}
	return span(time.Duration(d.Seconds) * time.Second)
}

func (n *noun) showDeployment() *cobra.Command {
	return showVerb(n, "Show one deployment with its commits",
		"Shows one deployment: what was deployed where, by whom, when, and the commits that came with it.",
		"  tocsin deploy show DEP-5", n.deployment)
}

func (n *noun) deployment(d api.Deployment) {
	fmt.Fprintf(n.out, "%s  %s  %s\n", d.ID, n.paint(states[string(d.State)], string(d.State)), n.paint(bold, line(d.Title)))
	f := facts{}
	f.add("message", d.Message)
	if f.add("service", d.Service); !d.KnownService {
		f.add("", unknownService(d.Service))
	}
	f.add("reported as", d.Project)
	f.add("environment", d.Environment)
	f.add("tier", string(d.Tier))
	f.add("version", d.Version)
	f.add("revision", d.Revision)
	f.add("pending", n.moment(d.PendingAt.Time))
	f.add("began", n.moment(d.StartedAt.Time))
	f.add("ended", n.moment(d.FinishedAt.Time))
	f.add("took", took(d))
	f.add("by", d.By)
	f.add("reported by", d.Integration+", as "+d.ExternalID)
	for _, l := range d.Links {
		f.add("link", l.Text+": "+l.Href)
	}
	n.facts(f)
	if len(d.Commits) > 0 {
		fmt.Fprintln(n.out, "\n"+n.paint(bold, fmt.Sprintf("Commits (%d)", d.Changes)))
		t := table{head: []string{"COMMIT", "AUTHOR", "TITLE"}, wide: 2}
		for _, k := range d.Commits {
			t.row(text(deployment.Short(k.SHA)), text(k.Author), text(k.Title))
		}
		n.table(t)
	}
}
