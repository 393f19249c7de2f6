package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/rules/budget"
)

// maxConditionNodes bounds the syntax tree of a condition over an incident.
const maxConditionNodes = 1000

func (b *builder) postmortem() {
	p := b.f.Postmortem
	built := directory.Postmortem{Required: b.condition("postmortem.required_when", string(p.RequiredWhen)), Due: time.Duration(p.Due), Templates: b.templates()}
	built.Remind = directory.Remind{Every: time.Duration(p.Remind.Every), At: string(p.Remind.At), Via: texts(p.Remind.Via)}
	built.Remind.From, built.Remind.To = string(p.Remind.Hours.From), string(p.Remind.Hours.To)
	if h := p.Remind.Hours; h.From >= h.To {
		b.fail("postmortem.remind.hours.from", "give the hours of one day, such as {from: \"09:00\", to: \"17:00\"}", "the working hours begin at %s, not before they end at %s", h.From, h.To)
	}
	for _, d := range p.Remind.Days {
		if at := slices.Index(days, string(d)); at >= 0 {
			built.Remind.Days = append(built.Remind.Days, time.Weekday(at))
		}
	}
	for i, v := range p.Remind.Via {
		b.via(fmt.Sprintf("postmortem.remind.via[%d]", i), v)
	}
	built.Digest = b.reviewDigest(p.Digest)
	built.Retrospective = b.retrospective(p.Retrospective)
	for i, name := range p.Channels {
		b.target(fmt.Sprintf("postmortem.channels[%d]", i), policy.Target{Kind: policy.Channel, Name: string(name)})
	}
	built.Channels = texts(p.Channels)
	b.dir.Postmortem = built
}

// condition compiles a condition over an incident; nil where there is none.
func (b *builder) condition(path, source string) func(directory.IncidentFacts) (bool, error) {
	if strings.TrimSpace(source) == "" {
		return nil
	}
	env := func(facts directory.IncidentFacts, work *budget.Work) map[string]any {
		return map[string]any{"incident": facts, budget.Name: work}
	}
	program, err := expr.Compile(source, append(budget.Options(), expr.Env(env(directory.IncidentFacts{}, nil)), expr.AsBool(),
		expr.MaxNodes(maxConditionNodes), expr.DisableBuiltin("duration"), expr.DisableBuiltin("now"),
		expr.Function("duration", duration, ParseDuration), expr.Patch(&budget.Visitor{}))...)
	var at *file.Error
	if errors.As(err, &at) {
		message := plainWords(at.Message)
		b.report(Error, path, at.From, message, conditionHint(message))
		return nil
	} else if err != nil {
		b.fail(path, "", "%s", plainWords(err.Error()))
		return nil
	}
	return func(facts directory.IncidentFacts) (bool, error) {
		work := &budget.Work{}
		work.Reset()
		result, err := expr.Run(program, env(facts, work))
		if err != nil {
			return false, fmt.Errorf("%s: %w", path, err)
		}
		return result.(bool), nil // as AsBool had it checked
	}
}

// duration is expr's, with the units of the configuration.
func duration(args ...any) (any, error) { return ParseDuration(args[0].(string)) }

// plainWords puts what expr says into the words of a configuration.
func plainWords(message string) string {
	message = strings.ReplaceAll(message, "type directory.IncidentFacts", "incident")
	message = strings.ReplaceAll(message, "type directory.UpdateFacts", "update")
	if got, ok := strings.CutPrefix(message, "expected bool, but got "); ok {
		return fmt.Sprintf("the condition gives %s, not true or false", got)
	}
	return message
}

// conditionHint suggests the name of a field for one that expr does not know.
func conditionHint(message string) string {
	names := namesOf(reflect.TypeFor[directory.IncidentFacts]())
	words := strings.Fields(message)
	switch {
	case strings.Contains(message, "has no field") && len(words) > 0:
		return suggest(words[len(words)-1], names, "")
	case strings.HasPrefix(message, "unknown name"):
		name := words[len(words)-1]
		if slices.Contains(names, name) {
			return fmt.Sprintf("did you mean %q?", "incident."+name)
		}
		return suggest(name, []string{"incident", "duration"}, "")
	}
	return ""
}
