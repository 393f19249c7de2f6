package e2e

import (
	"context"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait: more than anything takes on a busy machine, so that only what is broken fails.
const patience = 40 * time.Second

// transcript is what a process has written so far.
type transcript struct {
	mu      sync.Mutex
	text    strings.Builder
	changed chan struct{} // closed and replaced with every write
}

func newTranscript() *transcript { return &transcript{changed: make(chan struct{})} }

func (o *transcript) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.changed)
	o.changed = make(chan struct{})
	return o.text.Write(p)
}

func (o *transcript) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// wait returns what was written once match says that it is enough.
func (o *transcript) wait(t *testing.T, what string, match func(text string) bool) string {
	t.Helper()
	late := time.After(patience)
	for {
		o.mu.Lock()
		text, changed := o.text.String(), o.changed
		o.mu.Unlock()
		if match(text) {
			return text
		}
		select {
		case <-changed:
		case <-late:
			t.Fatalf("waited in vain for %s; was written:\n%s", what, tail(text))
		}
	}
}

func (o *transcript) waitFor(t *testing.T, text string) string {
	t.Helper()
	return o.wait(t, strconv.Quote(text), func(all string) bool { return strings.Contains(all, text) })
}

// tail is the end of a log.
func tail(text string) string {
	const most = 12_000
	if len(text) > most {
		return "…" + text[len(text)-most:]
	}
	return text
}

// process is a program that a test started. It ends with the test, whatever happens.
type process struct {
	cmd    *exec.Cmd
	out    *transcript // standard output
	log    *transcript // standard error
	exited chan struct{}
}

// start starts a program in a folder. Its output is shown when the test fails.
func start(t *testing.T, dir, path string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(path, args...), out: newTranscript(), log: newTranscript(), exited: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, p.out, p.log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("%s does not start: %v", path, err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.exited)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("the log of %s:\n%s\nits output:\n%s", path, tail(p.log.String()), tail(p.out.String()))
		}
	})
	return p
}

// kill ends the process as kill -9 does.
func (p *process) kill() {
	select {
	case <-p.exited:
		return
	default:
	}
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.exited
}

func (p *process) signal(t *testing.T, sig os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// code waits for the end of the process.
func (p *process) code(t *testing.T) int {
	t.Helper()
	select {
	case <-p.exited:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		t.Fatal("the process does not end")
		return -1
	}
}

// need says what to install when a program is missing.
func need(t *testing.T, program, debianPackage string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Fatalf("this test needs %s, which is not installed: apt-get install %s", program, debianPackage)
	}
}

// ports remembers what freePort has given out, so that no two tests of this process get the same.
var ports sync.Map

// freePort returns an address on the loopback interface that nobody listens on just now. It is below the ports
// that Linux gives to connections and to listeners that name none (32768 and up), so nobody takes it meanwhile.
func freePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(20_000+rand.IntN(12_000)))
		if _, taken := ports.LoadOrStore(address, true); taken {
			continue
		}
		if l, err := net.Listen("tcp", address); err == nil {
			_ = l.Close()
			return address
		}
	}
	t.Fatal("no port is free")
	return ""
}

// until polls for what cannot be waited for otherwise. On failure it says what was seen last.
func until(t *testing.T, what string, done func() (ok bool, seen any)) {
	t.Helper()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for {
		ok, seen := done()
		if ok {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("waited in vain for %s; last seen: %+v", what, seen)
		}
	}
}

// soon is a context that ends when patience does.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}
