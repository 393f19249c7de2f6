package main

import (
	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal/suite"
)

func schemaVerb(io stdio) *cobra.Command {
	var tests bool
	c := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the configuration, for editors",
		Long: `Prints the JSON Schema of the configuration, with which editors complete and check it while it is written; with
--tests that of the test files beside it.`,
		Example: "  tocsin schema > tocsin.schema.json\n  tocsin schema --tests > tocsin.tests.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			text := config.Schema()
			if tests {
				text = suite.Schema()
			}
			_, err := io.out.Write(text)
			return err
		},
	}
	c.Flags().BoolVar(&tests, "tests", false, "print the schema of test files")
	return c
}
