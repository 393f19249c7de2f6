package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/integrations/app"
)

func checkVerb(io stdio) *cobra.Command {
	r := &remote{stdio: io}
	var ahead string
	c := &cobra.Command{
		Use:   "check FILE… | --coverage 90d",
		Short: "Say everything that is wrong with a configuration",
		Long: `Reads configuration files or folders as one configuration, and prints every error and warning as
file:line:col: message, with the line under it. Exit code 1 says that there are errors. It warns of rotations that by
themselves share hours, nights or weekends unfairly; fairness.max_share in the configuration is how much is accepted.

With --coverage 90d, also proves for every policy and every moment of that time whether an alert would reach
anybody, and says what is wrong, when and why: gaps, steps that mean nobody, policies that end at one person, people
without a phone. What is expected, and what is accepted for a while, is under coverage: in the configuration. Times
are in this machine's zone. Without files, the server is asked, which knows the overrides and absences of run time,
and whose ways were seen to work.

Of the calendars of which rotations are made, those in files are read, and those at URLs only with --fetch.

--json prints an array of the problems; with --coverage an object with problems and coverage.`,
		Example: "  tocsin check config.yaml\n  tocsin check /etc/tocsin.d\n  tocsin check --coverage 90d config.yaml\n  tocsin check --coverage 90d --server https://oncall.example.com",
		RunE: func(c *cobra.Command, paths []string) error {
			if len(paths) == 0 {
				return r.checkServer(c.Context(), ahead)
			}
			if r.server != "" {
				return errors.New("--server: name either files or a server")
			}
			world, problems := config.Open(paths, io.env)
			if world != nil {
				problems = append(problems, app.Check(world.File)...)
				problems = append(problems, world.Unfair()...)
				more, skipped := app.CheckCalendars(c.Context(), world, io.now(), r.fetch)
				problems = append(problems, more...)
				for _, host := range skipped {
					fmt.Fprintf(io.err, "A calendar at %s was not fetched, so nobody is on call by it here; --fetch does it.\n", host)
				}
			}
			errs := len(problems.Errors())
			if ahead != "" && errs == 0 {
				report, err := r.coverage(c.Context(), paths, ahead)
				if err != nil {
					return err
				}
				return io.checked(problems, report, r.json)
			}
			if r.json {
				if err := io.printJSON(found(problems)); err != nil {
					return err
				}
			} else {
				fmt.Fprint(io.out, problems)
				fmt.Fprintln(io.out, verdict(errs, len(problems.Warnings())))
			}
			if errs > 0 {
				return no{errors.New("")}
			}
			return nil
		},
	}
	r.flags(c)
	c.Flags().BoolVar(&r.fetch, "fetch", false, "also fetch the calendars at URLs of which rotations are made")
	c.Flags().StringVar(&ahead, "coverage", "", "also look whether alerts reach somebody in so many days, such as 90d; at most 366d")
	return c
}

func verdict(errs, warnings int) string {
	switch {
	case errs > 0:
		return fmt.Sprintf("\n%s, %s.", count(errs, "error"), count(warnings, "warning"))
	case warnings > 0:
		return fmt.Sprintf("\nThe configuration is valid, with %s.", count(warnings, "warning"))
	}
	return "The configuration is valid."
}

// problem is one thing wrong with a configuration, for programs.
type problem struct {
	Severity string `json:"severity"` // error or warning
	File     string `json:"file"`
	Line     int    `json:"line"` // from 1; 0 for the file itself
	Column   int    `json:"column"`
	Path     string `json:"path"`
	Message  string `json:"message"`
	Hint     string `json:"hint"`
}

func found(problems config.Problems) []problem {
	list := []problem{}
	for _, p := range problems {
		severity := "error"
		if p.Severity == config.Warning {
			severity = "warning"
		}
		list = append(list, problem{severity, p.File, p.Line, p.Col, p.Path, p.Message, p.Hint})
	}
	return list
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
