package jira

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/issue"
)

// entry is an issue as Jira answers with it.
type entry struct {
	Key    string `json:"key"`
	Fields struct {
		Summary string   `json:"summary"`
		Labels  []string `json:"labels"`
		Status  struct {
			Name     string `json:"name"`
			Category struct {
				Key string `json:"key"`
			} `json:"statusCategory"`
		} `json:"status"`
		Assignee *struct {
			Name string `json:"displayName"`
		} `json:"assignee"`
	} `json:"fields"`
}

type found struct {
	Issues []entry `json:"issues"`
}

var readFields = []string{"summary", "status", "assignee"}

// categories are Jira's; what is not here is open.
var categories = map[string]issue.Category{"new": issue.Open, "indeterminate": issue.InProgress, "done": issue.Done}

func (c *Client) facts(e entry) issue.Facts {
	f := issue.Facts{Key: e.Key, URL: c.web(e.Key), Summary: e.Fields.Summary, State: e.Fields.Status.Name, Category: issue.Open}
	if category, ok := categories[e.Fields.Status.Category.Key]; ok {
		f.Category = category
	}
	if e.Fields.Assignee != nil {
		f.Assignee = e.Fields.Assignee.Name
	}
	return f
}

// moved is how many issues that a read in bulk does not answer for are asked for one by one.
const moved = 10

// read reads many issues with one request; those that moved to another key, with one more each.
func (c *Client) read(ctx context.Context, keys []string) (map[string]issue.Facts, error) {
	if len(keys) == 0 {
		return nil, deliver.Permanent("jira: there is nothing to read")
	}
	var got found
	var err error
	if c.cfg.API == 3 {
		err = c.do(ctx, http.MethodPost, "/issue/bulkfetch", map[string]any{"issueIdsOrKeys": keys, "fields": readFields}, &got)
	} else {
		got, err = c.search(ctx, "key in ("+strings.Join(keys, ",")+")", len(keys), readFields)
	}
	if err != nil {
		return nil, err
	}
	facts := map[string]issue.Facts{}
	for _, e := range got.Issues {
		if slices.Contains(keys, e.Key) {
			facts[e.Key] = c.facts(e)
		}
	}
	asked := 0
	for _, key := range keys {
		if _, ok := facts[key]; ok || asked == moved {
			continue
		}
		asked++
		if facts[key], err = c.get(ctx, key); err != nil {
			return nil, err
		}
	}
	return facts, nil
}

// get reads one issue, by the key that it has or had.
func (c *Client) get(ctx context.Context, key string) (issue.Facts, error) {
	var e entry
	err := c.do(ctx, http.MethodGet, "/issue/"+url.PathEscape(key)+"?fields="+strings.Join(readFields, ","), nil, &e)
	switch {
	case errors.Is(err, errGone):
		return issue.Facts{Missing: true}, nil
	case err != nil:
		return issue.Facts{}, err
	case e.Key == "":
		return issue.Facts{}, deliver.RetryAfter(0, "jira: answered without an issue: is base_url a Jira?")
	}
	return c.facts(e), nil
}

// search finds issues. Cloud's search knows what is new some seconds, at times minutes, later.
func (c *Client) search(ctx context.Context, jql string, most int, fields []string) (got found, err error) {
	body := map[string]any{"jql": jql, "maxResults": most, "fields": fields}
	path := "/search/jql"
	if c.cfg.API == 2 {
		path = "/search"
		body["validateQuery"] = false // an issue that is not there is no error
	}
	return got, c.do(ctx, http.MethodPost, path, body, &got)
}

// probe is how many keys after the newest that the search knows are looked at one by one, in one request.
const probe = 100

// find returns the issue with a marker among its labels, "" when there is none. What the search of Cloud does not know yet
// is found by its key: the keys of a project go up by one, and reading by key is always up to date.
func (c *Client) find(ctx context.Context, project, marker string) (string, error) {
	got, err := c.search(ctx, fmt.Sprintf("project = %q AND labels = %q", project, marker), 2, []string{"labels"})
	if err != nil || len(got.Issues) > 0 || c.cfg.API == 2 {
		return marked(got, marker), err
	}
	if got, err = c.search(ctx, fmt.Sprintf("project = %q ORDER BY created DESC", project), 1, []string{"labels"}); err != nil {
		return "", err
	}
	newest := 0
	if len(got.Issues) > 0 {
		newest, _ = strconv.Atoi(strings.TrimPrefix(got.Issues[0].Key, project+"-")) // 0, the start, where it is none
	}
	keys := make([]string, probe)
	for i := range keys {
		keys[i] = fmt.Sprintf("%s-%d", project, newest+1+i)
	}
	got = found{}
	err = c.do(ctx, http.MethodPost, "/issue/bulkfetch", map[string]any{"issueIdsOrKeys": keys, "fields": []string{"labels"}}, &got)
	return marked(got, marker), err
}

func marked(got found, marker string) string {
	for _, e := range got.Issues {
		if slices.Contains(e.Fields.Labels, marker) {
			return e.Key
		}
	}
	return ""
}

// post creates an issue and returns its key.
func (c *Client) post(ctx context.Context, args map[string]string, link string) (string, error) {
	text := strings.TrimSpace(args[issue.ArgDescription])
	fields := map[string]any{
		"project": map[string]string{"key": args[issue.ArgProject]}, "issuetype": map[string]string{"name": args[issue.ArgType]},
		"summary": args[issue.ArgSummary], "labels": []string{"tocsin", args[issue.ArgMarker]},
		"description": text + "\n\n" + args[issue.ArgOwner] + ": " + link,
	}
	if c.cfg.API == 3 {
		fields["description"] = document(text, args[issue.ArgOwner], link)
	}
	var made struct {
		Key string `json:"key"`
	}
	if err := c.do(ctx, http.MethodPost, "/issue", map[string]any{"fields": fields}, &made); err != nil {
		return "", err
	}
	if made.Key == "" {
		return "", deliver.RetryAfter(0, "jira: answered without the key of what it made: is base_url a Jira?")
	}
	return made.Key, nil
}

// remoteLink has an issue show where it comes from. Jira keeps one link for each globalId, so that a second one
// replaces the first.
func (c *Client) remoteLink(ctx context.Context, key string, args map[string]string, link string) error {
	return c.do(ctx, http.MethodPost, "/issue/"+url.PathEscape(key)+"/remotelink", map[string]any{
		"globalId": args[issue.ArgMarker], "relationship": args[issue.ArgRelation],
		"application": map[string]string{"name": "Tocsin"},
		"object":      map[string]string{"url": link, "title": args[issue.ArgOwner] + ": " + args[issue.ArgTitle]},
	}, nil)
}
