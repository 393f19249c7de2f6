// Package issuetask does the tasks of issues, as package issue words them, at any tracker. It makes no request itself.
package issuetask

import (
	"cmp"
	"context"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/issue"
)

// Tracker is what a tracker can do; args are those of the task, link leads back to what the issue is of.
type Tracker struct {
	Name   string // what its errors begin with
	Create func(ctx context.Context, args map[string]string, link string) (map[string]issue.Facts, error)
	Attach func(ctx context.Context, args map[string]string, link string) (map[string]issue.Facts, error)
	Read   func(ctx context.Context, keys []string) (map[string]issue.Facts, error)
}

// Do does the task of a message, once. The receipt has the facts of the issues.
func (t Tracker) Do(ctx context.Context, m deliver.Message) (deliver.Receipt, error) {
	if m.Task == nil {
		return deliver.Receipt{}, deliver.Permanent("%s: issues are made and read there; no message can be sent over it", t.Name)
	}
	var facts map[string]issue.Facts
	var err error
	args := m.Task.Args
	switch m.Task.Do {
	case issue.Create:
		facts, err = t.Create(ctx, args, m.Link)
	case issue.Attach:
		facts, err = t.Attach(ctx, args, m.Link)
	case issue.Read:
		facts, err = t.Read(ctx, strings.Fields(args[issue.ArgKeys]))
	default:
		err = deliver.Permanent("%s: %q is not a task", t.Name, m.Task.Do)
	}
	if err != nil {
		return deliver.Receipt{}, err
	}
	result, err := issue.Results(facts)
	if err != nil {
		return deliver.Receipt{}, deliver.Permanent("%s: %w", t.Name, err)
	}
	return deliver.Receipt{Ref: cmp.Or(facts[issue.NewKey].Key, args[issue.ArgKey]), Delivered: true, Result: result}, nil
}
