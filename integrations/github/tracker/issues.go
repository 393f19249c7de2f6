package tracker

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/issue"
)

// entry is an issue, or a comment on one, as the REST API answers with it.
type entry struct {
	Number    int       `json:"number"`
	Address   string    `json:"html_url"`
	Title     string    `json:"title"`
	Body      string    `json:"body"`
	State     string    `json:"state"`
	Reason    string    `json:"state_reason"`
	CreatedAt time.Time `json:"created_at"`
	Assignees []struct {
		Login string `json:"login"`
	} `json:"assignees"`
}

// repository is the address of a repository in the API; its name was checked when it was written down.
func (c *Client) repository(repo string) string { return c.cfg.BaseURL + "/repos/" + repo }

// pages is how many pages of a hundred are looked through for what an attempt before made.
const pages = 10

// create makes an issue, unless an attempt before did.
func (c *Client) create(ctx context.Context, args map[string]string, link string) (map[string]issue.Facts, error) {
	repo, marker := args[issue.ArgProject], hidden(args[issue.ArgMarker])
	since, err := time.Parse(time.RFC3339, args[issue.ArgSince])
	if err != nil {
		return nil, deliver.Permanent("github: the task does not say since when: %w", err)
	}
	e, ok, err := c.seek(ctx, c.repository(repo)+"/issues?state=all&sort=created&direction=desc", marker, since, true)
	if err != nil {
		return nil, err
	}
	if !ok {
		body := strings.TrimSpace(args[issue.ArgDescription]) + fmt.Sprintf("\n\n[%s](%s)\n\n%s", args[issue.ArgOwner], link, marker)
		if err := c.do(ctx, http.MethodPost, c.repository(repo)+"/issues", map[string]string{"title": args[issue.ArgSummary], "body": body}, &e); err != nil {
			return nil, err
		}
	}
	if e.Number == 0 {
		return nil, deliver.RetryAfter(0, "github: answered without the number of what it made: is base_url its API?")
	}
	return map[string]issue.Facts{issue.NewKey: {Key: fmt.Sprintf("%s#%d", repo, e.Number), URL: e.Address}}, nil
}

// seek looks through a list for a body with a marker. Lists are up to date, other than the search. They hold what was
// changed since a time; newest says that they begin with what was created last, so that what is older ends it.
func (c *Client) seek(ctx context.Context, list, marker string, since time.Time, newest bool) (entry, bool, error) {
	u, err := url.Parse(list)
	if err != nil {
		return entry{}, false, deliver.Permanent("github: base_url cannot be used for requests")
	}
	query := u.Query()
	query.Set("since", since.UTC().Format(time.RFC3339))
	query.Set("per_page", "100")
	for n := 1; n <= pages; n++ {
		query.Set("page", fmt.Sprint(n))
		u.RawQuery = query.Encode()
		var got []entry
		if err := c.do(ctx, http.MethodGet, u.String(), nil, &got); err != nil {
			return entry{}, false, err
		}
		for _, e := range got {
			if strings.Contains(e.Body, marker) {
				return e, true, nil
			}
		}
		if len(got) < 100 || newest && got[len(got)-1].CreatedAt.Before(since) {
			break
		}
	}
	return entry{}, false, nil
}

// attach reads an issue, and has it show where it comes from: by a comment, unless its text says so already. An issue
// that may be read, but not be commented on, is a success with a remark.
func (c *Client) attach(ctx context.Context, args map[string]string, link string) (map[string]issue.Facts, error) {
	key := args[issue.ArgKey]
	repo, number, ok := issue.SplitKey(key)
	if !ok {
		return nil, deliver.Permanent("github: %q is not the key of an issue", key)
	}
	address := c.repository(repo) + "/issues/" + number
	var e entry
	err := c.do(ctx, http.MethodGet, address, nil, &e)
	switch {
	case errors.Is(err, errGone):
		return map[string]issue.Facts{key: {Missing: true}}, nil
	case err != nil:
		return nil, err
	}
	f := issue.Facts{Key: key, URL: e.Address, Summary: e.Title, State: e.State, Category: category(e.State), Assignee: first(e)}
	if e.Reason == "not_planned" {
		f.State += " (not planned)"
	}
	if marker := hidden(args[issue.ArgMarker]); !strings.Contains(e.Body, marker) {
		err = c.comment(ctx, address, marker, args, link)
	}
	if errors.Is(err, deliver.ErrPermanent) {
		f.Trouble, err = "it does not show "+args[issue.ArgOwner]+": "+err.Error(), nil
	}
	return map[string]issue.Facts{key: f}, err
}

// comment says where an issue is linked, unless an attempt before did.
func (c *Client) comment(ctx context.Context, address, marker string, args map[string]string, link string) error {
	since, err := time.Parse(time.RFC3339, args[issue.ArgSince])
	if err != nil {
		return deliver.Permanent("github: the task does not say since when: %w", err)
	}
	if _, there, err := c.seek(ctx, address+"/comments", marker, since, false); err != nil || there {
		return err
	}
	text := fmt.Sprintf("This %s [%s](%s): %s\n\n%s", args[issue.ArgRelation], args[issue.ArgOwner], link, args[issue.ArgTitle], marker)
	return c.do(ctx, http.MethodPost, address+"/comments", map[string]string{"body": text}, nil)
}

// category is how far an issue or pull request is; GitHub does not know more.
func category(state string) issue.Category {
	if strings.EqualFold(state, "open") {
		return issue.Open
	}
	return issue.Done
}

func first(e entry) string {
	if len(e.Assignees) == 0 {
		return ""
	}
	return e.Assignees[0].Login
}
