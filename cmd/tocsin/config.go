package main

import (
	"encoding/json"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"
)

func configVerb(io stdio) *cobra.Command {
	r := &remote{stdio: io}
	c := &cobra.Command{
		Use:   "config",
		Short: "Print the configuration that a server has in force, secrets masked",
		Long: `Prints the configuration that a server has in force: defaults included, secrets masked as ***, as YAML
(with --json as JSON). Needs the key of an admin.`,
		Example: "  tocsin config --server https://oncall.example.com --key-file ~/.tocsin-key",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ask, err := r.client()
			if err != nil {
				return err
			}
			var raw json.RawMessage
			if err := ask.Get(c.Context(), "/api/v1/config", nil, &raw); err != nil {
				return failed(err)
			}
			if r.json {
				return r.printJSON(raw)
			}
			text, err := yaml.JSONToYAML(raw)
			if err != nil {
				return err
			}
			_, err = io.out.Write(text)
			return err
		},
	}
	r.flags(c)
	return c
}
