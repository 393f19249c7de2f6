package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

// exportIncident writes an incident with everything that happened.
func (n *noun) exportIncident() *cobra.Command {
	var format, file string
	c := &cobra.Command{
		Use:   "export REF",
		Short: "Write everything that happened as a document",
		Long: `Writes an incident with everything that happened, in order: to it, to its alerts, and to the alerts that called
responders. As Markdown, or as JSON as the API shows it. Times are in UTC.`,
		Example: "  tocsin incident export INC-7 > INC-7.md\n  tocsin incident export INC-7 --format json -o INC-7.json",
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: n.complete,
		RunE: func(c *cobra.Command, args []string) error {
			if format != "md" && format != "json" {
				return fmt.Errorf("--format %s: md or json", format)
			}
			ask, err := n.client()
			if err != nil {
				return err
			}
			path := n.one(args[0]) + "/timeline"
			var document []byte
			if format == "md" && !n.json {
				body, err := ask.Stream(c.Context(), path+"?format=md")
				if err != nil {
					return failed(err)
				}
				defer body.Close()
				if document, err = io.ReadAll(body); err != nil {
					return failed(err)
				}
			} else {
				var raw json.RawMessage
				if err := ask.Get(c.Context(), path, nil, &raw); err != nil {
					return failed(err)
				}
				if document, err = json.MarshalIndent(raw, "", "  "); err != nil {
					return err
				}
				document = append(document, '\n')
			}
			if file == "" {
				_, err = n.out.Write(document)
				return err
			}
			return os.WriteFile(file, document, 0o600)
		},
	}
	c.Flags().StringVar(&format, "format", "md", "md or json")
	c.Flags().StringVarP(&file, "output", "o", "", "the file to write (default: standard output)")
	suggest(c, "format", []string{"md", "json"})
	return c
}
