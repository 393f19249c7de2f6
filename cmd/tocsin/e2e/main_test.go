// Package e2e tells the stories of a whole Tocsin: each test starts the built program as its users do, with a
// configuration and a folder of its own, beside the real programs and the fakes of the providers that it works
// with. It sees only what users see: requests, pages, logs, exit codes. It may not reach into the engine.
//
// TOCSIN_SCREENSHOTS=DIR keeps pictures of the web pages.
package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
)

// binary is the program, built once for all tests.
var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "tocsin-e2e")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary = filepath.Join(dir, "tocsin")
	build := exec.Command("go", "build", "-o", binary, "github.com/tocsin-oncall/tocsin/cmd/tocsin")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "the program cannot be built:", err)
		return 1
	}
	// The stories mostly wait for processes and for escalations, so many go on at once however few cores there are.
	if flag.Lookup("test.parallel").Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
		if err := flag.Set("test.parallel", "8"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return m.Run()
}
