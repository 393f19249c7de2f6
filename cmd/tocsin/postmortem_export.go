package main

import (
	"io"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/postmortem/export"
)

func (n *noun) exportPostmortem() *cobra.Command {
	var format, audience, file string
	c := &cobra.Command{
		Use:   "export REF",
		Short: "Write a postmortem as a document",
		Long: `Writes a postmortem as a document: Markdown, one page of HTML that is fit to be printed, or the storage format of
Confluence. The version for customers has its impact, its cause, and what is being done by when, and no people.`,
		Example: "  tocsin postmortem export PM-3\n  tocsin postmortem export PM-3 --format html --for customers -o payments.html",
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error {
			ask, err := n.client()
			if err != nil {
				return err
			}
			var document []byte
			if err := ask.Get(c.Context(), n.one(args[0])+"/export", url.Values{"format": {format}, "audience": {audience}}, &document); err != nil {
				return failed(err)
			}
			if file == "" {
				_, err = n.out.Write(document)
				return err
			}
			return writeWhole(file, func(w io.Writer) error {
				_, err := w.Write(document)
				return err
			})
		},
	}
	f := c.Flags()
	f.StringVar(&format, "format", string(export.Markdown), "markdown, html or confluence")
	f.StringVar(&audience, "for", string(export.Internal), "internal or customers")
	f.StringVarP(&file, "output", "o", "", "the file that is written (default: standard output)")
	suggest(c, "format", []string{"markdown", "html", "confluence"})
	suggest(c, "for", []string{"internal", "customers"})
	return c
}
