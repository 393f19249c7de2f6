package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/integrations/app"
)

func checkVerb(io stdio) *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE…",
		Short: "Say everything that is wrong with a configuration",
		Long: `Reads configuration files or folders as one configuration, and prints every error and warning as
file:line:col: message, with the line under it. Exit code 1 says that there are errors.`,
		Example: "  tocsin check config.yaml\n  tocsin check /etc/tocsin.d",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, paths []string) error {
			world, problems := config.Open(paths, io.env)
			if world != nil {
				problems = append(problems, app.Check(world.File)...)
			}
			fmt.Fprint(io.out, problems)
			errs, warnings := len(problems.Errors()), len(problems.Warnings())
			switch {
			case errs > 0:
				fmt.Fprintf(io.out, "\n%s, %s.\n", count(errs, "error"), count(warnings, "warning"))
				return no{errors.New("")}
			case warnings > 0:
				fmt.Fprintf(io.out, "\nThe configuration is valid, with %s.\n", count(warnings, "warning"))
			default:
				fmt.Fprintln(io.out, "The configuration is valid.")
			}
			return nil
		},
	}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
