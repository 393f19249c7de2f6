package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/incident"
)

// attachFile puts files to an incident.
func (n *noun) attachFile() *cobra.Command {
	c := &cobra.Command{
		Use:   "attach REF FILE…",
		Short: "Attach files: charts, logs, pictures of screens",
		Long: `Attaches files to an incident, of 5 MB at most and 50 MB in all; "-" is standard input, and is called as --name says.
What is attached stays as long as the incident. The same file is attached once.`,
		Example: "  tocsin incident attach INC-7 latency.png --note \"p99 before and after the rollback\"\n  kubectl logs payments-0 | tocsin incident attach INC-7 - --name payments.log",
		Args:    cobra.MinimumNArgs(2),

		ValidArgsFunction: n.complete,
	}
	var name string
	c.Flags().StringVar(&name, "name", "", "what standard input is called")
	c.Flags().StringVar(&n.note, "note", "", "what it shows, in the timeline")
	c.RunE = func(c *cobra.Command, args []string) error {
		ask, err := n.client()
		if err != nil {
			return err
		}
		var done json.RawMessage
		for _, file := range args[1:] {
			called := filepath.Base(file)
			if file == "-" {
				called = name
			}
			data, err := n.content(file, called)
			if err != nil {
				return err
			}
			query := url.Values{"name": {called}}
			for key, value := range map[string]string{"note": n.note, "user": n.user} {
				if value != "" {
					query.Set(key, value)
				}
			}
			if err := ask.Do(c.Context(), http.MethodPost, n.one(args[0])+"/files", query, data, &done); err != nil {
				return failed(err)
			}
		}
		return n.report([]json.RawMessage{done})
	}
	return c
}

// content reads what is to be attached, and no more of it than can be.
func (n *noun) content(file, called string) ([]byte, error) {
	in := n.in
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	} else if called == "" {
		return nil, errors.New("say with --name what standard input is called")
	}
	data, err := io.ReadAll(io.LimitReader(in, incident.MaxFile+1))
	if err == nil && len(data) > incident.MaxFile {
		err = fmt.Errorf("%s has more than %d MB: keep it where it can be seen for long, and add a link with tocsin incident update --link", called, incident.MaxFile>>20)
	}
	return data, err
}

// fetchFile writes a file of an incident.
func (n *noun) fetchFile() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:     "file REF NUMBER",
		Short:   "Write an attached file",
		Long:    "Writes a file that was attached to an incident; tocsin incident show has their numbers.",
		Example: "  tocsin incident file INC-7 1 -o latency.png",
		Args:    cobra.ExactArgs(2),

		ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error {
			ask, err := n.client()
			if err != nil {
				return err
			}
			var data []byte
			if err := ask.Get(c.Context(), n.one(args[0])+"/files/"+url.PathEscape(args[1]), nil, &data); err != nil {
				return failed(err)
			}
			if file == "" {
				_, err = n.out.Write(data)
				return err
			}
			return writeWhole(file, func(w io.Writer) error {
				_, err := w.Write(data)
				return err
			})
		},
	}
	c.Flags().StringVarP(&file, "output", "o", "", "the file that is written (default: standard output)")
	return c
}

// removeFile takes the bytes of a file away.
func (n *noun) removeFile() *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use:   "remove-file REF NUMBER --reason TEXT",
		Short: "Take away an attached file that should not have been there",
		Long: `Deletes the bytes of a file that was attached to an incident, a secret for example. That it was there, and why it is
removed, stays in the timeline. For keys of the role admin.`,
		Example: "  tocsin incident remove-file INC-7 2 --reason \"it showed customers' names\"",
		Args:    cobra.ExactArgs(2),

		ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error {
			if reason == "" {
				return errors.New("say with --reason why it is removed")
			}
			ask, err := n.client()
			if err != nil {
				return err
			}
			query := url.Values{"reason": {reason}}
			if n.user != "" {
				query.Set("user", n.user)
			}
			var raw json.RawMessage
			if err := ask.Do(c.Context(), http.MethodDelete, n.one(args[0])+"/files/"+url.PathEscape(args[1]), query, nil, &raw); err != nil {
				return failed(err)
			}
			return n.report([]json.RawMessage{raw})
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why it is removed")
	return c
}
