package suite

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
)

// defaultUntil is how long a test goes on where nothing says otherwise.
const defaultUntil = 4 * time.Hour

// maxPayload is how large a payload may be, in bytes: what a server takes.
const maxPayload = 8 << 20

// Reader reads what senders post to the integrations of a configuration.
type Reader interface {
	Read(integration string, body []byte, headers map[string]string, at time.Time) ([]event.Event, error)
}

// Options are what a suite is loaded with.
type Options struct {
	Env func(string) (string, bool)
	// Reader makes the reader of a configuration, or says what is wrong with it.
	Reader func(*config.File) (Reader, config.Problems)
}

// Suite is a test file that can be run.
type Suite struct {
	Path  string
	file  File
	doc   *config.Document
	world *engine.World
	zone  *time.Location
	tests []test
}

// test is one test with its script.
type test struct {
	Test
	path   string // tests[2]
	script rehearsal.Script
}

// Load reads a test file and the configuration that it names, and checks all that can be without running it. There is a
// Suite only if no problem is an error.
func Load(path string, o Options) (*Suite, config.Problems) {
	s := &Suite{Path: path}
	var problems config.Problems
	s.doc, problems = config.ReadDocument(path, o.Env, &s.file, "a test file")
	if problems.Err() != nil {
		return nil, problems
	}
	var files []string
	for _, name := range s.file.Config {
		files = append(files, s.beside(name))
	}
	world, problems := config.Open(files, o.Env)
	if world == nil {
		return nil, problems
	}
	reader, problems := o.Reader(world.File)
	if problems.Err() != nil {
		return nil, problems
	}
	s.world, s.zone = &engine.World{Dir: world.Dir, Router: world.Router}, world.Dir.Zone
	c := &checker{suite: s, dir: world.Dir, reader: reader}
	c.tests()
	if c.problems.Err() != nil {
		s.doc.Sort(c.problems)
		return nil, c.problems
	}
	return s, nil
}

// Schema is the JSON Schema of a test file; see config.SchemaOf.
func Schema() []byte { return config.SchemaOf(&File{}, "Tests of a Tocsin configuration") }

// beside is the path of a file that the test file names.
func (s *Suite) beside(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(s.Path), name)
}

// Names are the names of the tests, in order.
func (s *Suite) Names() (list []string) {
	for _, t := range s.tests {
		list = append(list, t.Name)
	}
	return list
}

// readPayload reads a body of at most maxPayload bytes.
func readPayload(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, maxPayload+1))
	if err == nil && len(body) > maxPayload {
		err = fmt.Errorf("it has more than %d bytes", maxPayload)
	}
	return body, err
}
