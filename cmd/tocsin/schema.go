package main

import (
	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/config"
)

func schemaVerb(io stdio) *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   "Print the JSON Schema of the configuration, for editors",
		Long:    "Prints the JSON Schema of the configuration, with which editors complete and check it while it is written.",
		Example: "  tocsin schema > tocsin.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := io.out.Write(config.Schema())
			return err
		},
	}
}
