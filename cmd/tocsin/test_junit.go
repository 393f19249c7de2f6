package main

import (
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/rehearsal/suite"
)

// The report that CI systems read, as far as they agree on it: testsuites, testsuite, testcase, failure and error.
type (
	junitReport struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string       `xml:"classname,attr"`
		Name    string       `xml:"name,attr"`
		File    string       `xml:"file,attr"`
		Line    int          `xml:"line,attr"`
		Failure *junitReason `xml:"failure"`
		Error   *junitReason `xml:"error"`
	}
	junitReason struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",cdata"`
	}
)

// junit writes results, a suite for each file.
func junit(results []suite.Result) string {
	var report junitReport
	for _, r := range results {
		if n := len(report.Suites); n == 0 || report.Suites[n-1].Name != r.File {
			report.Suites = append(report.Suites, junitSuite{Name: r.File})
		}
		s := &report.Suites[len(report.Suites)-1]
		c := junitCase{Class: r.File, Name: r.Name, File: r.File, Line: r.Line}
		switch {
		case r.Error != "":
			c.Error = &junitReason{Message: r.Error}
			s.Errors++
		case !r.Passed:
			c.Failure = &junitReason{Message: summary(r), Text: "\n" + plainly(r)}
			s.Failures++
		}
		s.Tests++
		s.Cases = append(s.Cases, c)
	}
	data, err := xml.MarshalIndent(report, "", "  ")
	if err != nil {
		return "" // texts and numbers can always be written
	}
	return xml.Header + string(data) + "\n"
}

// summary names what was not as expected.
func summary(r suite.Result) string {
	var what []string
	for _, d := range r.Differences {
		if d.Want != "" {
			what = append(what, fmt.Sprintf("%s: want %s, got %s", d.What, d.Want, d.Got))
		} else {
			what = append(what, d.What+" differ")
		}
	}
	return strings.Join(what, "; ")
}

// plainly is what is printed of a result, without colours.
func plainly(r suite.Result) string {
	var b strings.Builder
	stdio{out: &b, env: func(string) (string, bool) { return "", false }}.testResult(r)
	return b.String()
}
