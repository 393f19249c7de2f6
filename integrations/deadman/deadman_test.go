package deadman_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/integrations/deadman"
)

// world is a switch and the service that listens to it.
type world struct {
	*deadman.Switch
	got    []string // method and path of each call
	status int
	why    engine.Unfit
	beats  []engine.Unfit
	log    bytes.Buffer
}

func (w *world) Beat(why engine.Unfit) { w.beats = append(w.beats, why) }

func begin(t *testing.T) *world {
	t.Helper()
	w := &world{status: http.StatusOK}
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.got = append(w.got, r.Method+" "+r.URL.Path)
		rw.WriteHeader(w.status)
	}))
	t.Cleanup(s.Close)
	w.Switch = &deadman.Switch{
		Target: func() deadman.Target {
			return deadman.Target{URL: s.URL + "/secret-path", Method: "POST", Every: time.Minute}
		},
		Fit: func(context.Context) (engine.Unfit, error) {
			if w.why != "" {
				return w.why, errors.New("disk full")
			}
			return "", nil
		},
		Client: s.Client(), Watch: w, Log: slog.New(slog.NewTextHandler(&w.log, nil)),
	}
	return w
}

func TestTheSwitchBeatsWhileAllIsWellAndIsSilentOtherwise(t *testing.T) {
	t.Parallel()
	w := begin(t)
	for _, why := range []engine.Unfit{"", engine.UnfitStore, engine.UnfitStore, ""} {
		w.why = why
		if wait := w.Step(t.Context()); wait != time.Minute {
			t.Errorf("it waits %v", wait)
		}
	}
	if diff := cmp.Diff([]string{"POST /secret-path", "POST /secret-path"}, w.got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]engine.Unfit{"", engine.UnfitStore, engine.UnfitStore, ""}, w.beats); diff != "" {
		t.Error(diff)
	}
	if said := w.log.String(); strings.Count(said, "is silent") != 1 || !strings.Contains(said, "disk full") || strings.Count(said, "beats again") != 1 {
		t.Errorf("the log says:\n%s", said)
	}
}

func TestACallThatFailsIsRepeatedSoonAndTellsNoSecret(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.status = http.StatusNotFound
	if wait := w.Step(t.Context()); wait != 15*time.Second {
		t.Errorf("it waits %v", wait)
	}
	w.Client = &http.Client{Transport: broken{}}
	w.Step(t.Context())
	if diff := cmp.Diff([]engine.Unfit{engine.UnfitURL, engine.UnfitURL}, w.beats); diff != "" {
		t.Error(diff)
	}
	if said := w.log.String(); strings.Contains(said, "secret-path") || !strings.Contains(said, "404") {
		t.Errorf("the log says:\n%s", said)
	}
}

type broken struct{}

func (broken) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("connection refused")
}

func TestASwitchWithoutATargetDoesNothing(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.Target = func() deadman.Target { return deadman.Target{} }
	w.Step(t.Context())
	if len(w.got)+len(w.beats) > 0 {
		t.Errorf("calls %v, beats %v", w.got, w.beats)
	}
}

func TestAServerThatStopsIsNoReasonForSilence(t *testing.T) {
	t.Parallel()
	w := begin(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w.Step(ctx)
	if len(w.beats) > 0 || w.log.Len() > 0 {
		t.Errorf("beats %v, log %s", w.beats, w.log.String())
	}
}
