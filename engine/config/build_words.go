package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/rules"
	"github.com/tocsin-oncall/tocsin/rules/budget"
)

// word is a text, or an expression that makes one.
type word struct {
	text string
	run  *vm.Program
}

// words compiles a template over incident and update; nil where there is none.
func (b *builder) words(path, source string) directory.Words {
	if strings.TrimSpace(source) == "" {
		return nil
	}
	if len(source) > maxPhrase {
		b.fail(path, "", "it has %d bytes, %d are possible", len(source), maxPhrase)
		return nil
	}
	pieces, wrong := rules.Cut(source)
	if wrong != nil {
		b.report(Error, path, wrong.Offset, wrong.Message, wrong.Hint)
		return nil
	}
	var list []word
	for _, p := range pieces {
		w := word{text: p.Text}
		if p.Insert {
			if w.run = b.insert(path, p); w.run == nil {
				return nil
			}
		}
		list = append(list, w)
	}
	return func(incident directory.IncidentFacts, update directory.UpdateFacts) (string, error) {
		var out strings.Builder
		work := &budget.Work{}
		work.Reset()
		for _, w := range list {
			text := w.text
			if w.run != nil {
				value, err := expr.Run(w.run, wordsEnv(incident, update, work))
				if err == nil {
					text, err = rules.ReadAs(value)
				}
				if err != nil {
					return "", fmt.Errorf("%s: %w", path, err)
				}
			}
			out.WriteString(text)
		}
		return out.String(), nil
	}
}

func wordsEnv(incident directory.IncidentFacts, update directory.UpdateFacts, work *budget.Work) map[string]any {
	return map[string]any{"incident": incident, "update": update, budget.Name: work}
}

// insert compiles one expression of a template.
func (b *builder) insert(path string, p rules.Piece) *vm.Program {
	program, err := expr.Compile(p.Text, append(budget.Options(), expr.Env(wordsEnv(directory.IncidentFacts{}, directory.UpdateFacts{}, nil)),
		expr.MaxNodes(maxConditionNodes), expr.DisableBuiltin("now"), expr.Patch(&budget.Visitor{}))...)
	var at *file.Error
	switch {
	case errors.As(err, &at):
		message := plainWords(at.Message)
		b.report(Error, path, p.Offset+at.From, message, wordsHint(message))
		return nil
	case err != nil:
		b.fail(path, "", "%s", plainWords(err.Error()))
		return nil
	}
	return program
}

// wordsHint suggests the name of a field for one that is not there.
func wordsHint(message string) string {
	if strings.Contains(message, "update has no field") {
		words := strings.Fields(message)
		return suggest(words[len(words)-1], namesOf(reflect.TypeFor[directory.UpdateFacts]()), "")
	}
	if name, ok := strings.CutPrefix(message, "unknown name "); ok {
		if slices.Contains(namesOf(reflect.TypeFor[directory.IncidentFacts]()), name) {
			return fmt.Sprintf("did you mean %q?", "incident."+name)
		}
		if slices.Contains(namesOf(reflect.TypeFor[directory.UpdateFacts]()), name) {
			return fmt.Sprintf("did you mean %q?", "update."+name)
		}
		return suggest(name, []string{"incident", "update"}, "")
	}
	return conditionHint(message)
}

// namesOf are the names that expressions know the fields of a struct by.
func namesOf(t reflect.Type) (names []string) {
	for i := range t.NumField() {
		names = append(names, t.Field(i).Tag.Get("expr"))
	}
	return names
}
