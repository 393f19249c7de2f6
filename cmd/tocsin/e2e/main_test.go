// Package e2e tells the stories of a whole Tocsin: each test starts the built program as its users do, with a
// configuration and a folder of its own, beside the real programs and the fakes of the providers that it works
// with. It sees only what users see: requests, pages, logs, exit codes. It may not reach into the engine.
//
// TOCSIN_SCREENSHOTS=DIR keeps pictures of the web pages.
package e2e

import (
	"flag"
	"os"
	"testing"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
)

// binary is the program, built once for all tests.
var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(programtest.Main(m, &binary, 8))
}
