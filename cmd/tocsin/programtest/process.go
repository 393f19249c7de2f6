package programtest

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Transcript is what a process has written so far.
type Transcript struct {
	mu      sync.Mutex
	text    strings.Builder
	changed chan struct{} // closed and replaced with every write
}

func newTranscript() *Transcript { return &Transcript{changed: make(chan struct{})} }

func (o *Transcript) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.changed)
	o.changed = make(chan struct{})
	return o.text.Write(p)
}

func (o *Transcript) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// Wait returns what was written once match says that it is enough.
func (o *Transcript) Wait(t *testing.T, what string, match func(text string) bool) string {
	t.Helper()
	late := time.After(Patience)
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
			t.Fatalf("waited in vain for %s; was written:\n%s", what, Tail(text))
		}
	}
}

// WaitFor returns what was written once it contains text.
func (o *Transcript) WaitFor(t *testing.T, text string) string {
	t.Helper()
	return o.Wait(t, strconv.Quote(text), func(all string) bool { return strings.Contains(all, text) })
}

// Tail is the end of a log.
func Tail(text string) string {
	const most = 12_000
	if len(text) > most {
		return "…" + text[len(text)-most:]
	}
	return text
}

// Process is a program that a test started. It ends with the test, whatever happens.
type Process struct {
	Out    *Transcript // standard output
	Log    *Transcript // standard error
	Exited chan struct{}

	cmd *exec.Cmd
}

// Start starts a program in a folder. Its output is shown when the test fails.
func Start(t *testing.T, dir, path string, args ...string) *Process {
	t.Helper()
	p := &Process{cmd: exec.Command(path, args...), Out: newTranscript(), Log: newTranscript(), Exited: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, p.Out, p.Log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("%s does not start: %v", path, err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.Exited)
	}()
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("the log of %s:\n%s\nits output:\n%s", path, Tail(p.Log.String()), Tail(p.Out.String()))
		}
	})
	return p
}

// PID is the process's id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Kill ends the process as kill -9 does.
func (p *Process) Kill() {
	select {
	case <-p.Exited:
		return
	default:
	}
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.Exited
}

// Signal sends a signal to the process.
func (p *Process) Signal(t *testing.T, sig os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// Code waits for the end of the process.
func (p *Process) Code(t *testing.T) int {
	t.Helper()
	select {
	case <-p.Exited:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(Patience):
		t.Fatal("the process does not end")
		return -1
	}
}
