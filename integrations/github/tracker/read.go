package tracker

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/issue"
	"github.com/tocsin-oncall/tocsin/integrations/request"
)

// node is an issue or a pull request as GraphQL answers with it.
type node struct {
	Title     string `json:"title"`
	State     string `json:"state"`
	Reason    string `json:"stateReason"`
	Address   string `json:"url"`
	Assignees struct {
		Nodes []struct {
			Login string `json:"login"`
		} `json:"nodes"`
	} `json:"assignees"`
}

// answer is that of GraphQL: what was not found is null, and has an error beside it.
type answer struct {
	Data map[string]*struct {
		Issue *node `json:"issueOrPullRequest"`
	} `json:"data"`
	Errors []struct {
		Type    string `json:"type"`
		Path    []any  `json:"path"` // what it is about: i0 is the first that was asked for
		Message string `json:"message"`
	} `json:"errors"`
}

// read reads many issues, of any repositories, with one request.
func (c *Client) read(ctx context.Context, keys []string) (map[string]issue.Facts, error) {
	if len(keys) == 0 {
		return nil, deliver.Permanent("github: there is nothing to read")
	}
	const fields = "title state url assignees(first:1){nodes{login}}"
	var query strings.Builder
	query.WriteString("query{")
	for i, key := range keys {
		repo, number, ok := issue.SplitKey(key)
		if !ok {
			return nil, deliver.Permanent("github: %q is not the key of an issue", key)
		}
		owner, name, _ := strings.Cut(repo, "/")
		fmt.Fprintf(&query, "i%d:repository(owner:%q,name:%q){issueOrPullRequest(number:%s){... on Issue{%s stateReason} ... on PullRequest{%s}}}\n",
			i, owner, name, number, fields, fields)
	}
	query.WriteString("}")
	var got answer
	if err := c.do(ctx, http.MethodPost, c.graphql, map[string]string{"query": query.String()}, &got); err != nil {
		return nil, err
	}
	trouble := map[string]string{} // of single ones, which keeps nobody from the others
	for _, e := range got.Errors {
		switch {
		case e.Type == "NOT_FOUND":
		case strings.HasPrefix(e.Type, "RATE_LIMIT"):
			return nil, deliver.Limited(time.Minute, "github: rate limit (%s)", request.Clean(e.Message, c.cfg.Token))
		case len(e.Path) > 0:
			trouble[fmt.Sprint(e.Path[0])] = "github: it could not be read: " + request.Clean(e.Message, c.cfg.Token)
		default:
			return nil, deliver.RetryAfter(0, "github: the issues could not be read: %s", request.Clean(e.Message, c.cfg.Token))
		}
	}
	facts := make(map[string]issue.Facts, len(keys))
	for i, key := range keys {
		name := fmt.Sprintf("i%d", i)
		switch r := got.Data[name]; {
		case r != nil && r.Issue != nil:
			facts[key] = r.Issue.facts(key)
		case trouble[name] != "":
			facts[key] = issue.Facts{Trouble: trouble[name]}
		default:
			facts[key] = issue.Facts{Missing: true}
		}
	}
	return facts, nil
}

func (n *node) facts(key string) issue.Facts {
	f := issue.Facts{Key: key, URL: n.Address, Summary: n.Title, State: strings.ToLower(n.State), Category: category(n.State)}
	if n.Reason == "NOT_PLANNED" {
		f.State += " (not planned)"
	}
	if len(n.Assignees.Nodes) > 0 {
		f.Assignee = n.Assignees.Nodes[0].Login
	}
	return f
}
