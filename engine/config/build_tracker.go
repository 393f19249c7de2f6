package config

import (
	"net/url"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/issue"
)

const gitHubAPI = "https://api.github.com"

func (b *builder) trackers() {
	if every := b.f.Issues.Refresh; every < Duration(time.Minute) {
		b.fail("issues.refresh", "write for example 15m", "issues are refreshed every %s: every minute at most", every)
	}
	b.dir.IssueRefresh = time.Duration(b.f.Issues.Refresh)
	if j := b.f.Providers.Jira; j != nil {
		b.jira(j)
	}
	if g := b.f.Providers.GitHub; g != nil {
		b.github(g)
	}
}

func (b *builder) jira(j *Jira) {
	const path = "providers.jira"
	b.given(path+".api_token", j.APIToken)
	b.given(path+".token", j.Token)
	account, token := j.Email != "" || !j.APIToken.IsZero(), !j.Token.IsZero()
	switch {
	case account && token:
		b.fail(path+".token", "email and api_token are for Cloud, token is for Data Center", "token does not go together with email and api_token")
	case account && (j.Email == "" || j.APIToken.IsZero()):
		b.fail(path, "give both or neither", "email and api_token go together")
	case !account && !token:
		b.fail(path, "give email and api_token for Cloud, or token for Data Center", "there is nothing to log in with")
	}
	if j.Project != "" && !issue.IsProject(j.Project) {
		b.fail(path+".project", "write the part of its issues before the dash: PAY for PAY-12", "%q is not the key of a project", j.Project)
	}
	b.encrypted(path+".base_url", j.BaseURL)
	b.dir.Trackers[issue.Jira] = directory.Tracker{Web: strings.TrimRight(string(j.BaseURL), "/"), Project: j.Project, Type: j.IssueType}
}

func (b *builder) github(g *GitHub) {
	const path = "providers.github"
	b.given(path+".token", g.Token)
	if g.Repository != "" && !issue.IsRepository(g.Repository) {
		b.fail(path+".repository", "write for example example-org/checkout", "%q is not OWNER/NAME", g.Repository)
	}
	b.encrypted(path+".base_url", g.BaseURL)
	b.dir.Trackers[issue.GitHub] = directory.Tracker{Web: gitHubWeb(string(g.BaseURL)), Project: g.Repository}
}

// encrypted warns of a token that is sent in the clear to another machine.
func (b *builder) encrypted(path string, link Link) {
	u, err := url.Parse(string(link))
	if err != nil || u.Scheme != "http" {
		return
	}
	if host := u.Hostname(); host != "localhost" && host != "127.0.0.1" && host != "::1" {
		b.warn(path, "", "the token is sent in the clear")
	}
}

// gitHubWeb is where people see what the API at base has.
func gitHubWeb(base string) string {
	base = strings.TrimRight(base, "/")
	if base == gitHubAPI {
		return "https://github.com"
	}
	return strings.TrimSuffix(base, "/api/v3")
}
