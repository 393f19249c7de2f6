package main

import (
	"fmt"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal/suite"
	"github.com/tocsin-oncall/tocsin/integrations/api"
)

// format is how check prints what it found: the flag --format.
type format string

// The formats; the zero value is text.
const (
	formatText   format = "text"
	formatJSON   format = "json"
	formatGitHub format = "github"
)

// String implements pflag.Value.
func (f *format) String() string {
	if *f == "" {
		return string(formatText)
	}
	return string(*f)
}

// Type implements pflag.Value.
func (f *format) Type() string { return "format" }

// Set implements pflag.Value.
func (f *format) Set(text string) error {
	switch format(text) {
	case formatText, formatJSON, formatGitHub:
		*f = format(text)
		return nil
	}
	return fmt.Errorf("write text, json or github")
}

// tell prints what was found, for people.
func (k *checker) tell(found checked) {
	if found.world != nil || len(found.problems) > 0 {
		fmt.Fprint(k.out, found.problems)
		fmt.Fprintln(k.out, verdict(len(found.problems.Errors()), len(found.problems.Warnings())))
	}
	if found.results != nil {
		failed := found.failed()
		if len(failed) == 0 {
			fmt.Fprintf(k.out, "%s passed.\n", count(len(found.results), "test"))
		} else {
			fmt.Fprintln(k.out)
			k.testResults(failed, len(found.results)-len(failed))
		}
	}
	if found.coverage != nil {
		if found.world != nil {
			fmt.Fprintln(k.out)
		}
		k.covered(*found.coverage)
	}
	if errs, warnings := found.count(); k.strict && errs == 0 && warnings > 0 {
		fmt.Fprintln(k.out, "\nWith --strict warnings are not accepted.")
	}
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

// checkReport is what programs get. docs/cli.md describes it; keys are added, and not changed or removed.
type checkReport struct {
	Errors   int           `json:"errors"`
	Warnings int           `json:"warnings"`
	Problems []problem     `json:"problems"`
	Tests    *tested       `json:"tests,omitempty"`
	Coverage *api.Coverage `json:"coverage,omitempty"`
}

// problem is one thing wrong with a configuration or with a test file, for programs.
type problem struct {
	Severity string `json:"severity"` // error or warning
	File     string `json:"file"`
	Line     int    `json:"line"` // from 1; 0 for the file itself
	Column   int    `json:"column"`
	Path     string `json:"path"`
	Message  string `json:"message"`
	Hint     string `json:"hint"`
	Source   string `json:"source"` // the line, secrets masked
	Caret    int    `json:"caret"`  // where in source it is, in characters from 1; 0 without source
}

func found(problems config.Problems) []problem {
	list := []problem{}
	for _, p := range problems {
		source, caret := p.Source()
		list = append(list, problem{severity(p), p.File, p.Line, p.Col, p.Path, p.Message, p.Hint, source, caret})
	}
	return list
}

func severity(p config.Problem) string {
	if p.Severity == config.Warning {
		return "warning"
	}
	return "error"
}

// printChecked prints what was found, for programs.
func (k *checker) printChecked(f checked) error {
	report := checkReport{Problems: found(f.problems), Coverage: f.coverage}
	report.Errors, report.Warnings = f.count()
	if f.results != nil {
		failed := len(f.failed())
		report.Tests = &tested{Passed: len(f.results) - failed, Failed: failed, Results: append([]suite.Result{}, f.results...)}
	}
	return k.printJSON(report)
}
