package intake_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/integrations/intake"
)

func TestASenderOf10MBGetsItsAnswerAndNotABrokenPipe(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newDoor(t))
	defer server.Close()
	for range 3 {
		// A reader without a length: the server learns only on the way that it is too much.
		body := io.MultiReader(strings.NewReader(`{"x":"`), strings.NewReader(strings.Repeat("x", 10<<20)))
		res, err := http.Post(server.URL+"/in/am?key=am-key", "application/json", body)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("answered %d", res.StatusCode)
		}
	}
}

func TestASenderThatExpects100ContinueIsRefusedBeforeItSends(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newDoor(t))
	defer server.Close()
	for _, c := range []struct{ key, length, want string }{
		{"am-key", "10485760", "HTTP/1.1 413"}, {"wrong", "100", "HTTP/1.1 401"}, {"am-key", "100", "HTTP/1.1 100"},
	} {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "POST /in/am?key=%s HTTP/1.1\r\nHost: x\r\nContent-Length: %s\r\nExpect: 100-continue\r\n\r\n", c.key, c.length)
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || !strings.HasPrefix(line, c.want) {
			t.Errorf("%+v: answered %q, %v", c, line, err)
		}
		conn.Close()
	}
}

func TestTheAnswerWaitsForTheCommitButNotForever(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := echo.New()
		sources := intake.NewSources(intake.Source{Name: "any", Type: "json", Decode: func(intake.Request) ([]event.Event, error) {
			return []event.Event{{Status: event.Firing, DedupKey: "k"}}, nil
		}})
		intake.Register(e, intake.Options{
			Sources: func() *intake.Sources { return sources },
			Ingest: func(ctx context.Context, _ string, _ []event.Event) ([]intake.Receipt, error) {
				<-ctx.Done()
				return nil, fmt.Errorf("commit: %w", ctx.Err())
			},
		})
		hungUp, hangUp := context.WithCancel(t.Context())
		hangUp() // a sender that is gone does not cut the commit short
		began := time.Now()
		w := httptest.NewRecorder()
		e.ServeHTTP(w, httptest.NewRequestWithContext(hungUp, http.MethodPost, "/in/any", strings.NewReader("{}")))
		if w.Code != http.StatusServiceUnavailable || time.Since(began) != 10*time.Second {
			t.Errorf("answered %d after %v; want 503 after 10 s", w.Code, time.Since(began))
		}
	})
}
