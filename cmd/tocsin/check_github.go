package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal/suite"
	"github.com/tocsin-oncall/tocsin/integrations/api"
)

// annotation is a workflow command of GitHub Actions that puts a message beside a line of a pull request:
// ::error file=…,line=…,col=…,title=…::message.
type annotation struct {
	level     string // error, warning or notice
	file      string
	line, col int // from 1; 0 for none
	title     string
	message   string
}

// The characters that end a part of a workflow command are written as %XX.
var (
	inMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	inProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func (a annotation) String() string {
	var properties []string
	add := func(name, value string) {
		properties = append(properties, name+"="+inProperty.Replace(value))
	}
	if a.file != "" {
		add("file", a.file)
		if a.line > 0 {
			add("line", fmt.Sprint(a.line))
		}
		if a.line > 0 && a.col > 0 {
			add("col", fmt.Sprint(a.col))
		}
	}
	add("title", a.title)
	return fmt.Sprintf("::%s %s::%s", a.level, strings.Join(properties, ","), inMessage.Replace(a.message))
}

// annotate prints what was found as annotations, and a last line for the log.
func (k *checker) annotate(f checked) {
	for _, p := range f.problems {
		fmt.Fprintln(k.out, k.annotated(p, "Tocsin"))
	}
	for _, r := range f.failed() {
		fmt.Fprintln(k.out, annotation{"error", k.inWorkspace(r.File), r.Line, 0, "Tocsin test: " + r.Name, failure(r)})
	}
	if f.coverage != nil {
		for _, finding := range f.coverage.Findings {
			fmt.Fprintln(k.out, k.annotatedFinding(f.world, finding))
		}
	}
	errs, warnings := f.count()
	fmt.Fprintln(k.out, strings.TrimPrefix(verdict(errs, warnings), "\n"))
}

// failure is why a test failed, in full.
func failure(r suite.Result) string {
	if r.Error != "" {
		return r.Error
	}
	return summary(r) + "\n" + plainly(r)
}

// annotated is a problem at its place, with the line and the caret for the log, where nobody sees the file.
func (k *checker) annotated(p config.Problem, title string) annotation {
	a := annotation{severity(p), k.inWorkspace(p.File), p.Line, p.Col, title, p.Message}
	if p.Hint != "" {
		a.message += "; " + p.Hint
	}
	if _, quoted, ok := strings.Cut(p.String(), "\n"); ok {
		a.message += "\n" + quoted
	}
	return a
}

// annotatedFinding is what coverage lacks, at the place of what lacks it where the files were read here.
func (k *checker) annotatedFinding(world *config.World, f api.Finding) annotation {
	title, message := "Tocsin coverage: "+f.Kind, subject(f)+": "+f.Why
	var times strings.Builder
	stdio{out: &times, env: k.env, zone: k.zone}.spans(f.Spans)
	message += "\n" + strings.TrimRight(times.String(), "\n")
	level := f.Severity
	if level == "info" {
		level = "notice"
	}
	a := annotation{level: level, title: title, message: message}
	if world == nil {
		return a
	}
	path := ""
	switch {
	case f.Step > 0:
		path = fmt.Sprintf("policies[%s].steps[%d]", f.Policy, f.Step-1)
	case f.Policy != "":
		path = fmt.Sprintf("policies[%s]", f.Policy)
	case f.Rotation != "":
		path = fmt.Sprintf("schedules[%s].rotations[%s]", f.Schedule, f.Rotation)
	case f.Schedule != "":
		path = fmt.Sprintf("schedules[%s]", f.Schedule)
	case f.User != "":
		path = fmt.Sprintf("users[%s]", f.User)
	}
	at := world.File.Problem(config.Warning, path, -1, "", "")
	a.file, a.line, a.col = k.inWorkspace(at.File), at.Line, at.Col
	return a
}

// inWorkspace is a path from the root of the repository, where the runner says what that is: only such paths are
// found in a pull request.
func (k *checker) inWorkspace(file string) string {
	root, ok := k.env("GITHUB_WORKSPACE")
	if !ok || root == "" || file == "" {
		return filepath.ToSlash(file)
	}
	whole, err := filepath.Abs(file)
	if err != nil {
		return filepath.ToSlash(file)
	}
	inside, err := filepath.Rel(root, whole)
	if err != nil || !filepath.IsLocal(inside) {
		return filepath.ToSlash(file)
	}
	return filepath.ToSlash(inside)
}
