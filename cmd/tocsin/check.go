package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal/suite"
	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/integrations/app"
)

// checker is the verb check: where it asks, and what it was told.
type checker struct {
	remote
	ahead  string // what --coverage says
	format format
	strict bool
	tests  bool
}

// checked is everything that a check found.
type checked struct {
	world    *config.World // nil when there were no files, or errors in them
	problems config.Problems
	results  []suite.Result // nil when no test was run
	coverage *api.Coverage  // nil when it was not looked at
}

func checkVerb(io stdio) *cobra.Command {
	k := &checker{remote: remote{stdio: io}}
	c := &cobra.Command{
		Use:   "check FILE… | --coverage 90d",
		Short: "Say everything that is wrong with a configuration",
		Long: `Reads configuration files or folders as one configuration, and prints every error and warning as
file:line:col: message, with the line under it. Exit code 1 says that there are errors; with --strict, or warnings. It
warns of rotations that by themselves share hours, nights or weekends unfairly; fairness.max_share in the configuration
is how much is accepted.

A configuration without errors is then tried with its tests: those that lie beside it (config.test.yaml beside
config.yaml, every *.test.yaml of a folder) and those that are named. --tests=false leaves out what lies beside.

With --coverage 90d, also proves for every policy and every moment of that time whether an alert would reach
anybody, and says what is wrong, when and why: gaps, steps that mean nobody, policies that end at one person, people
without a phone. What is expected, and what is accepted for a while, is under coverage: in the configuration. Times
are in this machine's zone. Without files, the server is asked, which knows the overrides and absences of run time,
and whose ways were seen to work.

Of the calendars of which rotations are made, those in files are read, and those at URLs only with --fetch.

--format json prints one object for programs, which docs/cli.md describes, and --format github annotations of a pull
request. --json is short for --format json.`,
		Example: `  tocsin check config.yaml
  tocsin check --strict --format github oncall/
  tocsin check --coverage 90d config.yaml
  tocsin check --coverage 90d --server https://oncall.example.com`,
		RunE: func(c *cobra.Command, paths []string) error { return k.check(c.Context(), paths) },
	}
	k.flags(c)
	f := c.Flags()
	f.BoolVar(&k.fetch, "fetch", false, "also fetch the calendars at URLs of which rotations are made")
	f.StringVar(&k.ahead, "coverage", "", "also look whether alerts reach somebody in so many days, such as 90d; at most 366d")
	f.Var(&k.format, "format", "how to print what is found: text, json or github")
	f.BoolVar(&k.strict, "strict", false, "let warnings fail, too")
	f.BoolVar(&k.tests, "tests", true, "also run the tests that lie beside the files")
	c.MarkFlagsMutuallyExclusive("format", "json")
	return c
}

func (k *checker) check(ctx context.Context, paths []string) error {
	if k.json {
		k.format = formatJSON
	}
	found, err := k.look(ctx, paths)
	if err != nil {
		return err
	}
	switch k.format {
	case formatJSON:
		err = k.printChecked(found)
	case formatGitHub:
		k.annotate(found)
	default:
		k.tell(found)
	}
	if errs, warnings := found.count(); err == nil && (errs > 0 || k.strict && warnings > 0) {
		err = no{errors.New("")}
	}
	return err
}

// look finds everything that is wrong: with files or, without any, with the coverage of the server.
func (k *checker) look(ctx context.Context, paths []string) (found checked, err error) {
	if len(paths) == 0 {
		if k.ahead == "" {
			return found, errors.New("name the files to check; only --coverage can be asked of a server")
		}
		return found, k.audit(ctx, nil, &found)
	}
	if k.server != "" {
		return found, errors.New("--server: name either files or a server")
	}
	paths, tests := testsApart(paths)
	if len(paths) > 0 {
		if err := k.read(ctx, paths, &found); err != nil || found.world == nil {
			return found, err
		}
		if k.tests {
			tests = append(tests, testsBeside(paths)...)
		}
	} else if k.ahead != "" {
		return found, errors.New("--coverage: name the configuration, too")
	}
	return found, k.try(ctx, tests, &found)
}

// read finds what is wrong with a configuration by itself, and with its coverage where that is asked.
func (k *checker) read(ctx context.Context, paths []string, found *checked) error {
	world, problems := config.Open(paths, k.env)
	if world != nil {
		problems = append(problems, app.Check(world.File)...)
		problems = append(problems, world.Unfair()...)
		more, skipped := app.CheckCalendars(ctx, world, k.now(), k.fetch)
		problems = append(problems, more...)
		for _, host := range skipped {
			fmt.Fprintf(k.err, "A calendar at %s was not fetched, so nobody is on call by it here; --fetch does it.\n", host)
		}
	}
	found.problems = problems
	if problems.Err() != nil {
		return nil
	}
	found.world = world
	if k.ahead == "" {
		return nil
	}
	return k.audit(ctx, paths, found)
}

func (k *checker) audit(ctx context.Context, paths []string, found *checked) error {
	report, err := k.cover(ctx, paths, k.ahead)
	found.coverage = &report
	return err
}

// count is how many errors and warnings there are. A test that fails is an error.
func (f checked) count() (errs, warnings int) {
	errs, warnings = len(f.problems.Errors())+len(f.failed()), len(f.problems.Warnings())
	if f.coverage != nil {
		for _, finding := range f.coverage.Findings {
			switch finding.Severity {
			case "error":
				errs++
			case "warning":
				warnings++
			}
		}
	}
	return errs, warnings
}

// failed are the tests that did not pass.
func (f checked) failed() []suite.Result {
	return slices.DeleteFunc(slices.Clone(f.results), func(r suite.Result) bool { return r.Passed })
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
