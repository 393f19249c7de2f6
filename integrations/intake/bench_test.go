package intake_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/integrations/alertmanager"
	"github.com/tocsin-oncall/tocsin/integrations/intake"
)

// BenchmarkWebhook is everything between net/http and the engine: key, limits, decoding, cleaning, the answer.
func BenchmarkWebhook(b *testing.B) {
	sources := intake.NewSources(intake.Source{Name: "am", Type: "alertmanager", Keys: []string{"am-key"}, Decode: func(r intake.Request) ([]event.Event, error) {
		return alertmanager.Decode(r.Body, r.Now)
	}})
	e := echo.New()
	intake.Register(e, intake.Options{
		Sources: func() *intake.Sources { return sources },
		Ingest: func(_ context.Context, _ string, events []event.Event) ([]intake.Receipt, error) {
			return make([]intake.Receipt, len(events)), nil
		},
	})
	for _, alerts := range []int{1, 64} {
		b.Run(fmt.Sprintf("%d alerts", alerts), func(b *testing.B) {
			body := webhook(b, alerts)
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest(http.MethodPost, "/in/am", strings.NewReader(body))
				r.Header.Set("Authorization", "Bearer am-key")
				w := httptest.NewRecorder()
				e.ServeHTTP(w, r)
				if w.Code != http.StatusAccepted {
					b.Fatal(w.Code, w.Body)
				}
			}
			b.ReportMetric(float64(b.N*alerts)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
