package main

import (
	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/config"
)

func schemaVerb(io stdio) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the configuration, for editors",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := io.out.Write(config.Schema())
			return err
		},
	}
}
