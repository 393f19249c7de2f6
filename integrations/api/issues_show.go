package api

import (
	"cmp"

	"github.com/tocsin-oncall/tocsin/engine/issue"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

func showIssues(list []issue.Issue, pages []page.Page) []Issue {
	return each(list, func(i issue.Issue) Issue { return showIssue(i, pages) })
}

func showIssue(i issue.Issue, pages []page.Page) Issue {
	v := Issue{
		N: i.N, Tracker: i.Tracker, Key: i.Key, URL: i.URL, Relation: i.Relation, Summary: i.Summary, State: i.State, Category: i.Category,
		Assignee: i.Assignee, Missing: i.Missing, ReadAt: utc(i.ReadAt), By: i.By, At: utc(i.At), Error: cmp.Or(i.Error, i.Stale),
	}
	for k := range pages {
		if p := &pages[k]; p.N == i.Page && p.Waiting() && p.Task != nil {
			v.Pending = &IssueTask{Do: p.Task.Do, Status: p.Status, Attempts: p.Attempts, Error: p.Error, NextAt: utc(p.Wake())}
		}
	}
	return v
}
