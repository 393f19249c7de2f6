package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal/suite"
)

// testsApart parts the test files among paths, which their names tell, from those of the configuration.
func testsApart(paths []string) (configuration, tests []string) {
	for _, path := range paths {
		if config.IsTestFile(path) {
			tests = append(tests, path)
		} else {
			configuration = append(configuration, path)
		}
	}
	return configuration, tests
}

// testsBeside are the test files that lie beside a configuration: config.test.yaml beside config.yaml, and every one in a
// folder. That there are none is fine.
func testsBeside(paths []string) (tests []string) {
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			if found, err := testFiles([]string{path}); err == nil {
				tests = append(tests, found...)
			}
			continue
		}
		name := strings.TrimSuffix(path, filepath.Ext(path))
		for _, beside := range []string{name + ".test.yaml", name + ".test.yml"} {
			if info, err := os.Stat(beside); err == nil && !info.IsDir() {
				tests = append(tests, beside)
			}
		}
	}
	return tests
}

// try runs tests. A file that cannot be used is a problem like others.
func (k *checker) try(ctx context.Context, files []string, found *checked) error {
	seen := map[string]bool{}
	for _, p := range found.problems {
		seen[p.OneLine()] = true
	}
	var tried []string
	for _, file := range files {
		if file = filepath.Clean(file); slices.Contains(tried, file) {
			continue
		}
		tried = append(tried, file)
		s, problems := suite.Load(file, suite.Options{Env: k.env, Reader: readerOf})
		if s == nil {
			for _, p := range problems.Errors() { // several files may test the same configuration
				if !seen[p.OneLine()] {
					seen[p.OneLine()] = true
					found.problems = append(found.problems, p)
				}
			}
			continue
		}
		results, err := s.Run(ctx, nil)
		if err != nil {
			return err
		}
		found.results = append(found.results, results...)
	}
	return nil
}
