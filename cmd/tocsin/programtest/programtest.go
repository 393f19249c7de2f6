// Package programtest builds the program and runs it for tests, as its users do: with a configuration and a folder of
// its own, on a port of its own, ended with the test. It knows nothing of what the program does; stories, loads and
// judges are their tests' own.
package programtest

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

// Main builds the program, runs the tests with its path in binary, and returns what to exit with. Such tests mostly
// wait for processes, so that several run at once however few cores there are, unless -parallel says otherwise.
func Main(m *testing.M, binary *string, parallel int) int {
	dir, err := os.MkdirTemp("", "tocsin-test")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	*binary = filepath.Join(dir, "tocsin")
	build := exec.Command("go", "build", "-o", *binary, "github.com/tocsin-oncall/tocsin/cmd/tocsin")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "the program cannot be built:", err)
		return 1
	}
	if flag.Lookup("test.parallel").Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
		if err := flag.Set("test.parallel", strconv.Itoa(parallel)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return m.Run()
}
