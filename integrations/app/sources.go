package app

import (
	"errors"
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/integrations/alertmanager"
	"github.com/tocsin-oncall/tocsin/integrations/datadog"
	"github.com/tocsin-oncall/tocsin/integrations/intake"
	"github.com/tocsin-oncall/tocsin/integrations/jsonhook"
	"github.com/tocsin-oncall/tocsin/integrations/prometheus"
)

func pathOf(list string, i int, key string) string { return fmt.Sprintf("%s[%d].%s", list, i, key) }

var errNoEvents = errors.New("a heartbeat sends no alerts: it is pinged, and its own alert opens when the pings stop")

// sourcesOf makes the integrations that take events in.
func sourcesOf(f *config.File) (list []intake.Source, problems config.Problems) {
	for i, in := range f.Integrations {
		src := intake.Source{Name: string(in.Name), Type: string(in.Type)}
		if !in.Open() {
			for _, k := range in.Key {
				src.Keys = append(src.Keys, k.Reveal())
			}
		}
		switch in.Type {
		case "alertmanager":
			src.Decode = plain(alertmanager.Decode)
		case "datadog":
			src.Decode = plain(datadog.Decode)
		case "prometheus":
			opts := prometheus.Options{ResolveTimeout: time.Duration(in.ResolveTimeout)}
			src.Decode = func(r intake.Request) ([]event.Event, error) {
				events, errs := prometheus.Decode(r.Body, r.Now, opts)
				return events, errors.Join(errs...)
			}
		case "json":
			mapping, wrong := jsonhook.Compile(in.Map)
			for _, w := range wrong {
				problems = append(problems, f.Problem(config.Error, pathOf("integrations", i, "map."+w.Field), w.Offset, w.Message, w.Hint))
			}
			src.Decode = func(r intake.Request) ([]event.Event, error) {
				return mapping.Decode(r.Body, r.Header, r.Query, r.Now)
			}
		case "heartbeat":
			src.Decode = func(intake.Request) ([]event.Event, error) { return nil, errNoEvents }
		}
		reports(&src, in.Type)
		list = append(list, src)
	}
	return list, problems
}

func plain(decode func([]byte, time.Time) ([]event.Event, error)) func(intake.Request) ([]event.Event, error) {
	return func(r intake.Request) ([]event.Event, error) { return decode(r.Body, r.Now) }
}
