package api_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

func TestABackupIsAFile(t *testing.T) {
	t.Parallel()
	w := begin(t)
	got := w.get("/api/v1/backup", admin).is(200, "everything")
	if name := got.header.Get("Content-Disposition"); !strings.Contains(name, ".backup") {
		t.Errorf("it is called %q", name)
	}
	if !strings.Contains(w.log.String(), "getBackup") {
		t.Errorf("who took all of the state is not logged:\n%s", w.log)
	}
}

func TestABackupThatCannotBeginSaysSo(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.bad = store.ErrUnavailable
	w.get("/api/v1/backup", admin).is(503)
}

func TestABackupThatBreaksOffIsNotTakenForAWholeOne(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.breaks = errors.New("the store went away")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/api/v1/backup", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+admin)
	resp, err := http.DefaultClient.Do(r)
	if err == nil {
		_, err = io.ReadAll(resp.Body)
		resp.Body.Close()
	}
	if err == nil {
		t.Error("the client sees a whole answer")
	}
}
